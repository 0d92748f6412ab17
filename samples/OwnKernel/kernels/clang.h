// CUDA's words for clang-19 without NVIDIA's headers, as far as this folder's kernels use them; nvcc and NVRTC have their own.
#include "../../../kernels/math.cuh"

struct Place {
  unsigned x;
};
#define threadIdx (Place{(unsigned)__nvvm_read_ptx_sreg_tid_x()})
#define blockIdx (Place{(unsigned)__nvvm_read_ptx_sreg_ctaid_x()})
#define blockDim (Place{(unsigned)__nvvm_read_ptx_sreg_ntid_x()})
#define gridDim (Place{(unsigned)__nvvm_read_ptx_sreg_nctaid_x()})
#define __forceinline__ __attribute__((always_inline))
#define __float_as_uint f2u
#define __uint_as_float u2f
#define expf exp_
#define load own_load
#define store own_store
