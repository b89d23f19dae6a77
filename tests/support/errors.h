#pragma once

#include <gtest/gtest.h>

#include <string>

#include "feat2vec/error.h"

namespace feat2vec::testing {

/// The message of the Error that `call` throws; fails the test when it throws none.
template <class Call>
std::string error_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "no Error was thrown";
  return {};
}

}  // namespace feat2vec::testing
