#pragma once

/// Marks arithmetic that a GPU compiler builds for both sides; empty on a host compiler.
#if defined(__CUDACC__)
#define FEAT2VEC_HOST_DEVICE __host__ __device__
#else
#define FEAT2VEC_HOST_DEVICE
#endif
