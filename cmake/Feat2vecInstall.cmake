# cmake --install, and the package that find_package(feat2vec) finds.
include(CMakePackageConfigHelpers)

set(feat2vec_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/feat2vec")
get_property(feat2vec_libraries GLOBAL PROPERTY FEAT2VEC_LIBRARIES)

install(TARGETS ${feat2vec_libraries} EXPORT feat2vec)
install(EXPORT feat2vec NAMESPACE feat2vec:: FILE feat2vecTargets.cmake
  DESTINATION "${feat2vec_package_dir}")
# In a folder of their own: "samplers" alone is no name to take in a shared include folder.
foreach(folder IN ITEMS feat2vec samplers trainers)
  set(without_tables "")
  if(NOT FEAT2VEC_TABLES)
    set(without_tables PATTERN tables EXCLUDE)
  endif()
  install(DIRECTORY ${folder} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/feat2vec"
    FILES_MATCHING PATTERN "*.h" ${without_tables})
endforeach()

configure_package_config_file(cmake/feat2vecConfig.cmake.in "${PROJECT_BINARY_DIR}/feat2vecConfig.cmake"
  INSTALL_DESTINATION "${feat2vec_package_dir}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/feat2vecConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/feat2vecConfig.cmake"
  "${PROJECT_BINARY_DIR}/feat2vecConfigVersion.cmake"
  cmake/Feat2vecPython.cmake
  cmake/FindFeat2vecTorch.cmake
  cmake/FindFeat2vecArrow.cmake
  cmake/FindRandom123.cmake
  cmake/FindXxhash.cmake
  DESTINATION "${feat2vec_package_dir}")
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")
