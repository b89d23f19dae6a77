# Finds Arrow C++ with Parquet and makes the target feat2vec::arrow: the system's packages if they are
# there, else the copy inside the pyarrow wheel, which has no CMake files of its own.

include("${CMAKE_CURRENT_LIST_DIR}/Feat2vecPython.cmake")
include(FindPackageHandleStandardArgs)

function(_feat2vec_find_pyarrow result)
  feat2vec_find_python_package(folders pyarrow)
  # The one beside torch before those of other Pythons.
  foreach(folder IN ITEMS "${FEAT2VEC_PYARROW_ROOT}" "${FEAT2VEC_TORCH_ROOT}/../pyarrow" ${folders})
    if(EXISTS "${folder}/include/arrow/util/config.h")
      get_filename_component(folder "${folder}" ABSOLUTE)
      set(${result} "${folder}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  set(${result} "" PARENT_SCOPE)
endfunction()

find_package(Arrow QUIET CONFIG)
find_package(Parquet QUIET CONFIG)
if(Arrow_FOUND AND Parquet_FOUND)
  set(_feat2vec_arrow "${Arrow_DIR}")
  set(Feat2vecArrow_VERSION "${Arrow_VERSION}")
  set(_feat2vec_arrow_libraries Parquet::parquet_shared Arrow::arrow_shared)
else()
  _feat2vec_find_pyarrow(_feat2vec_arrow)
  set(FEAT2VEC_PYARROW_ROOT "${_feat2vec_arrow}" CACHE PATH "Folder of the pyarrow package" FORCE)
  mark_as_advanced(FEAT2VEC_PYARROW_ROOT)
  file(GLOB _feat2vec_arrow_libraries
    "${_feat2vec_arrow}/libarrow.so.[0-9]*" "${_feat2vec_arrow}/libparquet.so.[0-9]*")
  set(Feat2vecArrow_VERSION "")
  if(_feat2vec_arrow)
    file(STRINGS "${_feat2vec_arrow}/include/arrow/util/config.h" _feat2vec_lines REGEX "ARROW_VERSION_STRING")
    string(REGEX MATCH "[0-9.]+" Feat2vecArrow_VERSION "${_feat2vec_lines}")
  endif()
endif()

find_package_handle_standard_args(Feat2vecArrow
  REQUIRED_VARS _feat2vec_arrow _feat2vec_arrow_libraries
  VERSION_VAR Feat2vecArrow_VERSION
  REASON_FAILURE_MESSAGE "
  No Arrow C++ was found. Run scripts/setup, or pip install pyarrow beside torch, or install Arrow's own
  packages libarrow-dev and libparquet-dev. -DFEAT2VEC_TABLES=OFF builds the library without tables.
")

if(Feat2vecArrow_FOUND AND NOT TARGET feat2vec::arrow)
  add_library(feat2vec::arrow INTERFACE IMPORTED)
  set_target_properties(feat2vec::arrow PROPERTIES INTERFACE_LINK_LIBRARIES "${_feat2vec_arrow_libraries}")
  if(FEAT2VEC_PYARROW_ROOT)
    set_target_properties(feat2vec::arrow PROPERTIES
      INTERFACE_INCLUDE_DIRECTORIES "${FEAT2VEC_PYARROW_ROOT}/include"
      INTERFACE_LINK_OPTIONS "-Wl,-rpath,${FEAT2VEC_PYARROW_ROOT}")
  endif()
endif()
