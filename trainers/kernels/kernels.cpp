#include "trainers/kernels/kernels.h"

#include <initializer_list>

#include "trainers/kernels/target.h"

namespace feat2vec::trainers::kernels {

bool is_supported(Target target) {
  switch (target) {
    case Target::kBaseline:
      return true;
#if defined(FEAT2VEC_X86_TARGETS)
    case Target::kAvx2:
      return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
    case Target::kAvx512:
      return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
             __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
             is_supported(Target::kAvx2);
#endif
    default:
      return false;
  }
}

Target best_target() {
  for (const Target target : {Target::kAvx512, Target::kAvx2})
    if (is_supported(target)) return target;
  return Target::kBaseline;
}

template <class T>
const Kernels<T>& kernels_for(Target target) {
#if defined(FEAT2VEC_X86_TARGETS)
  if (target == Target::kAvx512) return avx512::kernels<T>();
  if (target == Target::kAvx2) return avx2::kernels<T>();
#endif
  (void)target;
  return baseline::kernels<T>();
}

template const Kernels<float>& kernels_for(Target);
template const Kernels<double>& kernels_for(Target);

const char* to_string(Target target) {
  switch (target) {
    case Target::kAvx2:
      return "AVX2";
    case Target::kAvx512:
      return "AVX-512";
    case Target::kBaseline:
      break;
  }
  return "baseline";
}

}  // namespace feat2vec::trainers::kernels
