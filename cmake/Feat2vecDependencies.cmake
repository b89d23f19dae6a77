# Finds all that the project needs. What is missing is named with the command that brings it.

macro(feat2vec_require package debian_package)
  find_package(${package} QUIET ${ARGN})
  if(NOT ${package}_FOUND)
    message(FATAL_ERROR
      "feat2vec needs ${package}, which was not found.\n"
      "On Debian or Ubuntu: sudo apt install ${debian_package}\n"
      "scripts/setup installs everything that is missing.")
  endif()
endmacro()

# Programs with a libstdc++ inside and LibTorch with a shared one free each other's objects.
if("stdc++" IN_LIST CMAKE_CXX_IMPLICIT_LINK_LIBRARIES)
  execute_process(COMMAND "${CMAKE_CXX_COMPILER}" -print-file-name=libstdc++.so
    OUTPUT_VARIABLE feat2vec_libstdcxx OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT IS_ABSOLUTE "${feat2vec_libstdcxx}")
    message(FATAL_ERROR "feat2vec needs a compiler with a shared libstdc++, as LibTorch has.\n"
      "${CMAKE_CXX_COMPILER} has an archive alone. Name another, such as CXX=/usr/bin/g++, and remove "
      "${CMAKE_BINARY_DIR}.")
  endif()
endif()
find_package(Feat2vecTorch REQUIRED)
find_path(FEAT2VEC_FMT_INCLUDE_DIR fmt/format.h HINTS "${FEAT2VEC_TORCH_ROOT}/include")
mark_as_advanced(FEAT2VEC_FMT_INCLUDE_DIR)
if(NOT FEAT2VEC_FMT_INCLUDE_DIR)
  message(FATAL_ERROR "feat2vec needs fmt, and this LibTorch brings none.\n"
    "On Debian or Ubuntu: sudo apt install libfmt-dev")
endif()
find_package(Threads REQUIRED)
if(NOT FEAT2VEC_SANITIZE MATCHES "thread") # libgomp is not instrumented: false alarms
  find_package(OpenMP QUIET COMPONENTS CXX)
endif()
feat2vec_require(nlohmann_json nlohmann-json3-dev)
feat2vec_require(Random123 librandom123-dev)
feat2vec_require(Xxhash libxxhash-dev)
feat2vec_require(ICU libicu-dev COMPONENTS uc)
if(FEAT2VEC_TABLES)
  find_package(Feat2vecArrow REQUIRED)
  feat2vec_require(CLI11 libcli11-dev)
endif()
if(FEAT2VEC_TESTS)
  feat2vec_require(GTest "libgtest-dev libgmock-dev")
endif()
if(FEAT2VEC_BENCHMARKS)
  feat2vec_require(benchmark libbenchmark-dev)
endif()
