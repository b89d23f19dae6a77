// The kernels for one instruction set. Compiled once for each, with FEAT2VEC_TARGET (its namespace),
// FEAT2VEC_VECTOR_BYTES and the compiler's flags; so everything in it, and in the headers that only it
// includes, is in that namespace, nothing inline of the
// standard library is used, and what is shared with other files is always inlined: so no function of a
// newer instruction set can end up in a program for an older one.

#include "trainers/kernels/target.h"

#include "trainers/kernels/context_kernels.h"
#include "trainers/kernels/general_kernels.h"
#include "trainers/kernels/pair_kernels.h"
#include "trainers/kernels/philox_block.h"
#include "trainers/kernels/plain_kernels.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {
namespace {

template <class T>
constexpr Kernels<T> kKernels{
    .general_scratch_size = general_scratch_size<T>,
    .slot_count = GeneralExample<T, 0>::slot_count,
    .general_count = general_count<T>,
    .general_score = general_score<T>,
    .general_async = general_async<T>,
    .general_update = general_update<T>,
    .context_scratch_size = context_scratch_size<T>,
    .context_score = context_score<T>,
    .context_async = context_async<T>,
    .pair_scratch_size = pair_scratch_size<T>,
    .pair_score = pair_score<T>,
    .pair_async = pair_async<T>,
    .philox_eight = philox_eight,
    .philox_ahead = philox_ahead,
    .plain_scratch_size = plain_scratch_size<T>,
    .residual_count = residual_count<T>,
    .plain_score = plain_score<T>,
    .plain_async = plain_async<T>,
    .plain_update = plain_update<T>,
};

}  // namespace

template <>
const Kernels<float>& kernels() {
  return kKernels<float>;
}
template <>
const Kernels<double>& kernels() {
  return kKernels<double>;
}

}  // namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET
