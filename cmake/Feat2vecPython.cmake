# feat2vec_find_python_package(<result> <package>): every folder of a Python package that is found in the
# active environment, by python3 on the PATH, and in the checkout's .venv, in this order. Asks for the
# package's place only; importing torch would take seconds.
function(feat2vec_find_python_package result package)
  set(query "import importlib.util as u; s = u.find_spec('${package}'); print(s.submodule_search_locations[0] if s else '')")
  set(pythons python3 "${PROJECT_SOURCE_DIR}/.venv/bin/python3")
  if(DEFINED ENV{VIRTUAL_ENV})
    list(PREPEND pythons "$ENV{VIRTUAL_ENV}/bin/python3")
  endif()
  set(folders "")
  foreach(python IN LISTS pythons)
    execute_process(COMMAND "${python}" -c "${query}"
      WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}"
      RESULT_VARIABLE status OUTPUT_VARIABLE folder ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(status EQUAL 0 AND IS_DIRECTORY "${folder}")
      list(APPEND folders "${folder}")
    endif()
  endforeach()
  set(${result} "${folders}" PARENT_SCOPE)
endfunction()
