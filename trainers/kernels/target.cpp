// The kernels for one instruction set. Compiled once for each, with FEAT2VEC_TARGET (its namespace),
// FEAT2VEC_VECTOR_BYTES and the compiler's flags; so everything in it, and in the headers that only it
// includes, is in that namespace, nothing inline of the
// standard library is used, and what is shared with other files is always inlined: so no function of a
// newer instruction set can end up in a program for an older one.

#include "trainers/kernels/target.h"

#include "trainers/kernels/context_kernels.h"
#include "trainers/kernels/general_kernels.h"
#include "trainers/kernels/philox_block.h"
#include "trainers/kernels/plain_kernels.h"

namespace feat2vec::trainers::kernels::FEAT2VEC_TARGET {
namespace {

template <class T>
constexpr Kernels<T> kKernels{
    general_scratch_size<T>, GeneralExample<T, 0>::slot_count,
    general_count<T>,        general_score<T>,
    general_async<T>,        general_update<T>,
    context_scratch_size<T>, context_score<T>,
    context_async<T>,        philox_eight,
    plain_scratch_size<T>,   residual_count<T>,
    plain_score<T>,          plain_async<T>,
    plain_update<T>,
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
