#pragma once

#include "trainers/kernels/kernels.h"

// What each compilation of target.cpp gives.
namespace feat2vec::trainers::kernels {

namespace baseline {
const Kernels<float>& float_kernels();
const Kernels<double>& double_kernels();
}  // namespace baseline
#if defined(FEAT2VEC_X86_TARGETS)
namespace avx2 {
const Kernels<float>& float_kernels();
const Kernels<double>& double_kernels();
}  // namespace avx2
namespace avx512 {
const Kernels<float>& float_kernels();
const Kernels<double>& double_kernels();
}  // namespace avx512
#endif

}  // namespace feat2vec::trainers::kernels
