// What a compiler makes of constants, shared memory, shuffles, atomics, divisions, local arrays, calls and switches.
// compiled.ptx is made of it with the command that its first line records.
#include "../../../kernels/common.cuh"

struct Args
{
    const float* x;
    float* y;
    i64 n;
    int k;
};

__constant__ float weights[4] = {1, 2, 3, 4};
__device__ int blocks_done;

// y[block] = the sum of x[i] * weights[i % 4], grid-stride.
extern "C" __global__ void weighted_sum(Args a)
{
    __shared__ float part[32];
    float s = 0;
    for (i64 i = (i64)bidx() * bdimx() + tidx(); i < a.n; i += (i64)gdimx() * bdimx()) s += a.x[i] * weights[i & 3];
    for (int m = 16; m; m >>= 1) s += shfl_xor(s, m);
    if (tidx() % 32 == 0) part[tidx() / 32] = s;
    sync();
    if (tidx() < 32)
    {
        s = tidx() < bdimx() / 32 ? part[tidx()] : 0;
        for (int m = 16; m; m >>= 1) s += shfl_xor(s, m);
        if (tidx() == 0)
        {
            a.y[bidx()] = s;
            atomic_add_i(&blocks_done, 1);
        }
    }
}

static __attribute__((device, noinline)) float helper(float a, float b) { return a > b ? a * b : a / b + sqrt_(a); }

// y[i] = one of eight functions of x[i .. i + 15], by k.
extern "C" __global__ void choose(Args a)
{
    i64 i = bidx() * bdimx() + tidx();
    if (i >= a.n) return;
    float local[16], s = 0;
    for (int j = 0; j < 16; j++) local[j] = a.x[i + j];
    for (int j = 0; j < a.k; j++) s += local[((int)i + j) & 15];
    switch (a.k)
    {
        case 0: s = (float)((int)i / 7 - (int)i % 7); break;
        case 1: s = floor_(s); break;
        case 2: s = round_(s); break;
        case 3: s = helper(s, a.x[i]); break;
        case 4: s = (float)((u64)(i64)s % 13); break;
        case 5: s = (float)(s / 3.0); break;
        case 6: s = s * s * s; break;
        case 7: s = helper(a.x[i], s); break;
    }
    a.y[i] = s;
}
