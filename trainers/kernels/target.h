#pragma once

#include "trainers/kernels/kernels.h"

// What each compilation of target.cpp gives, for float and double.
namespace feat2vec::trainers::kernels {

namespace baseline {
template <class T>
const Kernels<T>& kernels();
}  // namespace baseline
#if defined(FEAT2VEC_X86_TARGETS)
namespace avx2 {
template <class T>
const Kernels<T>& kernels();
}  // namespace avx2
namespace avx512 {
template <class T>
const Kernels<T>& kernels();
}  // namespace avx512
#endif

}  // namespace feat2vec::trainers::kernels
