# Finds LibTorch and makes the target feat2vec::torch.
#
# Torch's own TorchConfig.cmake is not used: the one of the CUDA wheel stops where no CUDA toolkit is
# installed, though nothing of the toolkit is needed to build on the wheel or to run.
#
# Searched in this order: Torch_DIR and CMAKE_PREFIX_PATH, the folder found by an earlier run
# (FEAT2VEC_TORCH_ROOT), both names in the environment, then the Pythons of Feat2vecPython.cmake.

include("${CMAKE_CURRENT_LIST_DIR}/Feat2vecPython.cmake")
include(FindPackageHandleStandardArgs)

set(_feat2vec_torch_oldest 2.11)
set(_feat2vec_torch_newest 2.15)

function(_feat2vec_torch_version root result)
  set(version "")
  foreach(header IN ITEMS torch/headeronly/version.h torch/csrc/api/include/torch/version.h)
    if(NOT version AND EXISTS "${root}/include/${header}")
      file(STRINGS "${root}/include/${header}" lines REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) [0-9]+")
      string(REGEX MATCHALL "[0-9]+" numbers "${lines}")
      list(JOIN numbers "." version)
    endif()
  endforeach()
  set(${result} "${version}" PARENT_SCOPE)
endfunction()

function(_feat2vec_find_torch result)
  file(TO_CMAKE_PATH "$ENV{CMAKE_PREFIX_PATH}" environment_prefix_path)
  # A prefix holds lib/ and include/; the wheel's own cmake_prefix_path is its share/cmake.
  # What an earlier run found comes before an environment that may have changed since.
  foreach(place IN LISTS Torch_DIR CMAKE_PREFIX_PATH FEAT2VEC_TORCH_ROOT
                   ITEMS "$ENV{Torch_DIR}" ${environment_prefix_path})
    foreach(up IN ITEMS "" /../.. /../../..)
      _feat2vec_torch_version("${place}${up}" version)
      if(place AND version)
        get_filename_component(root "${place}${up}" ABSOLUTE)
        set(${result} "${root}" PARENT_SCOPE)
        return()
      endif()
    endforeach()
  endforeach()
  # Nobody named these: one that is too old is passed over while there is another.
  feat2vec_find_python_package(roots torch)
  set(root "")
  foreach(root IN LISTS roots)
    _feat2vec_torch_version("${root}" version)
    if(version VERSION_GREATER_EQUAL _feat2vec_torch_oldest)
      set(${result} "${root}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  set(${result} "${root}" PARENT_SCOPE)
endfunction()

_feat2vec_find_torch(_feat2vec_root)
set(FEAT2VEC_TORCH_ROOT "${_feat2vec_root}" CACHE PATH "Folder of LibTorch" FORCE)
mark_as_advanced(FEAT2VEC_TORCH_ROOT)
_feat2vec_torch_version("${FEAT2VEC_TORCH_ROOT}" Feat2vecTorch_VERSION)

set(Feat2vecTorch_FOLDER "${FEAT2VEC_TORCH_ROOT}")
set(_feat2vec_advice "Run scripts/setup, or activate a Python environment that has torch ${_feat2vec_torch_newest},
  or name a LibTorch with -DTorch_DIR=<its folder>/share/cmake/Torch.")
if(Feat2vecTorch_VERSION AND Feat2vecTorch_VERSION VERSION_LESS _feat2vec_torch_oldest)
  set(Feat2vecTorch_FOLDER "")
  set(_feat2vec_advice "LibTorch ${Feat2vecTorch_VERSION} in ${FEAT2VEC_TORCH_ROOT} is too old: feat2vec needs ${_feat2vec_torch_oldest} to ${_feat2vec_torch_newest}.
  ${_feat2vec_advice}")
endif()
find_package_handle_standard_args(Feat2vecTorch
  REQUIRED_VARS Feat2vecTorch_FOLDER Feat2vecTorch_VERSION
  VERSION_VAR Feat2vecTorch_VERSION
  REASON_FAILURE_MESSAGE "\n  ${_feat2vec_advice}\n")

if(Feat2vecTorch_FOUND AND NOT TARGET feat2vec::torch)
  string(REGEX MATCH "^[0-9]+\\.[0-9]+" _feat2vec_minor "${Feat2vecTorch_VERSION}")
  if(_feat2vec_minor VERSION_GREATER _feat2vec_torch_newest)
    message(WARNING "feat2vec is tested with LibTorch up to ${_feat2vec_torch_newest}; "
                    "this is ${Feat2vecTorch_VERSION}.")
  endif()
  set(_feat2vec_lib "${FEAT2VEC_TORCH_ROOT}/lib")
  # LibTorch 2.11 exports functions of the libstdc++ it was built with, std::filesystem's among them: the
  # system's own must come first, else calls end in a half of another one.
  set(_feat2vec_link "")
  if("stdc++" IN_LIST CMAKE_CXX_IMPLICIT_LINK_LIBRARIES)
    set(_feat2vec_link ",-lstdc++")
  endif()
  foreach(_feat2vec_name IN ITEMS torch torch_cpu torch_cuda c10 c10_cuda)
    if(EXISTS "${_feat2vec_lib}/lib${_feat2vec_name}.so")
      string(APPEND _feat2vec_link ",${_feat2vec_lib}/lib${_feat2vec_name}.so")
    endif()
  endforeach()
  add_library(feat2vec::torch INTERFACE IMPORTED)
  set_target_properties(feat2vec::torch PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES
      "${FEAT2VEC_TORCH_ROOT}/include;${FEAT2VEC_TORCH_ROOT}/include/torch/csrc/api/include"
    # One item, so that CMake cannot reorder it. libtorch_cuda registers its kernels when it is loaded
    # and is named by no symbol of ours: the linker must not drop it.
    INTERFACE_LINK_LIBRARIES "-Wl,--push-state,--no-as-needed${_feat2vec_link},--pop-state"
    # The CUDA libraries beside the wheel are found when the program runs, not when it is linked.
    INTERFACE_LINK_OPTIONS "-Wl,-rpath,${_feat2vec_lib};-Wl,--allow-shlib-undefined"
    # Torch brings a whole fmt of its own; used header-only it needs no second library.
    INTERFACE_COMPILE_DEFINITIONS FMT_HEADER_ONLY)
endif()
