// Division of an index by a number that the host knows, without the hardware's long division: a multiplication by its reciprocal,
// and one correction. For 0 <= n < 2^63 and d >= 1; the twin is Divisor in Engine.Kernels/Cuda/Divisor.cs.
#pragma once
#include "common.cuh"

struct Divisor {
  i64 d;
  u64 reciprocal;  // (2^64 - 1) / d, rounded down
};

// The quotient; n becomes the remainder. The product is at most one too small: the reciprocal lacks less than 2^64 / n.
DEV i64 divide(i64& n, const Divisor& by) {
  i64 q = (i64)mul_high64((u64)n, by.reciprocal);
  n -= q * by.d;
  if (n < by.d) return q;
  n -= by.d;
  return q + 1;
}
