# How every target of the project is compiled, and the functions that add one.

if(feat2vec_is_top_level)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
  endif()
  find_program(FEAT2VEC_CCACHE ccache)
  mark_as_advanced(FEAT2VEC_CCACHE)
  if(FEAT2VEC_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    # Paths relative to the checkout, so that all build folders and checkouts share what is compiled.
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
      CCACHE_NOHASHDIR=1 "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" "${FEAT2VEC_CCACHE}")
  endif()
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
endif()

set(feat2vec_warnings -Wall -Wextra -Wshadow -Wconversion -Wold-style-cast)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  list(APPEND feat2vec_warnings -Wno-restrict) # false alarms on std::string, GCC bug 105651
endif()
if(FEAT2VEC_WERROR)
  # What a newer Torch or Arrow deprecates is no reason to stop.
  list(APPEND feat2vec_warnings -Werror -Wno-error=deprecated-declarations)
endif()

if(FEAT2VEC_SANITIZE)
  set(feat2vec_sanitize -fsanitize=${FEAT2VEC_SANITIZE} -fno-omit-frame-pointer)
  if(FEAT2VEC_SANITIZE MATCHES "undefined")
    # Torch hides the type information of some classes, which the check of vptr would link to.
    list(APPEND feat2vec_sanitize -fno-sanitize-recover=undefined -fno-sanitize=vptr)
  endif()
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:${feat2vec_sanitize}>")
  add_link_options(${feat2vec_sanitize})
endif()

function(feat2vec_target_options target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:${feat2vec_warnings}>")
  # Without OpenMP on our own files at::parallel_for runs on one thread, and says nothing.
  if(TARGET OpenMP::OpenMP_CXX)
    target_link_libraries(${target} PRIVATE OpenMP::OpenMP_CXX)
  else()
    target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:-Wno-unknown-pragmas>")
  endif()
endfunction()

# feat2vec_add_library(feat2vec_<name> <sources>...): an installed library, with its alias feat2vec::<name>.
function(feat2vec_add_library target)
  string(REGEX REPLACE "^feat2vec_" "" name "${target}")
  add_library(${target} ${ARGN})
  add_library(feat2vec::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  if(BUILD_SHARED_LIBS)
    set_target_properties(${target} PROPERTIES
      VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
      INSTALL_RPATH "$ORIGIN")
  endif()
  feat2vec_target_options(${target})
  set_property(GLOBAL APPEND PROPERTY FEAT2VEC_LIBRARIES ${target})
endfunction()

function(feat2vec_add_executable target)
  add_executable(${target} ${ARGN})
  feat2vec_target_options(${target})
endfunction()

function(feat2vec_test_properties test)
  set_tests_properties(${test} PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77)
  if(FEAT2VEC_SANITIZE)
    # Torch is not instrumented: what it keeps until exit is no leak of ours; CUDA maps the shadow gap.
    set_tests_properties(${test} PROPERTIES ENVIRONMENT
      "ASAN_OPTIONS=detect_leaks=0:protect_shadow_gap=0;UBSAN_OPTIONS=print_stacktrace=1;TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/tsan.supp")
  endif()
endfunction()
