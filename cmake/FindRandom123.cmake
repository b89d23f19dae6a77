# Random123, headers only: the target feat2vec::random123.
include(FindPackageHandleStandardArgs)
find_path(RANDOM123_INCLUDE_DIR Random123/philox.h)
mark_as_advanced(RANDOM123_INCLUDE_DIR)
find_package_handle_standard_args(Random123 REQUIRED_VARS RANDOM123_INCLUDE_DIR)
if(Random123_FOUND AND NOT TARGET feat2vec::random123)
  add_library(feat2vec::random123 INTERFACE IMPORTED)
  set_target_properties(feat2vec::random123 PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${RANDOM123_INCLUDE_DIR}")
endif()
