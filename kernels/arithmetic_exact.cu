// y = a op b in the type that is stored: F64 and integers, which wrap around. Overwrites; y may be an input of its shape.
//
// A thread takes an element of y at a time in a grid-stride loop; the operation is a number, and every thread takes the same
// branch. Bytes moved per element: an element of y, and one of each operand that is not stretched.
#include "broadcast.cuh"

struct ArithmeticExactArgs {
  const void* a;
  const void* b;                // not looked at by operations of one operand
  void* y;
  i64 count;
  Divisor size0, size1, size2;  // elements of the inner groups
  i64 a0, a1, a2, a3;           // steps of a, in elements, for each group
  i64 b0, b1, b2, b3;
  int groups;
  int op;                       // ExactOps.cs
};

enum { Add, Subtract, Multiply, Divide, Minimum, Maximum, And, Or, Xor, Negate, Absolute, SquareRoot };

#if defined(__clang__)
DEV double sqrt_d(double x) { return __nvvm_sqrt_rn_d(x); }
DEV double abs_d(double x) { return __builtin_fabs(x); }
#else
DEV double sqrt_d(double x) { return __dsqrt_rn(x); }
DEV double abs_d(double x) { return fabs(x); }
#endif

template<class T> DEV T common(int op, T a, T b) {
  switch (op) {
    case Add: return a + b;
    case Subtract: return a - b;
    case Multiply: return a * b;
    case Minimum: return a < b || a != a ? a : b;
    case Maximum: return a > b || a != a ? a : b;
    case Negate: return -a;
    default: return a < 0 ? -a : a;
  }
}
template<class T> DEV T of(int op, T a, T b) {
  switch (op) {
    case And: return a & b;
    case Or: return a | b;
    case Xor: return a ^ b;
    default: return common(op, a, b);
  }
}
DEV double of(int op, double a, double b) {
  switch (op) {
    case Divide: return a / b;
    case SquareRoot: return sqrt_d(a);
    case Absolute: return abs_d(a);
    default: return common(op, a, b);
  }
}

template<class T> DEV void arithmetic(const ArithmeticExactArgs& args) {
  GRID_STRIDE(i, args.count) {
    i64 a, b;
    locate(args, i, a, b);
    T x = ((const T*)args.a)[a];
    ((T*)args.y)[i] = of(args.op, x, args.op < Negate ? ((const T*)args.b)[b] : x);
  }
}

KERNEL arithmetic_exact_f64(const ArithmeticExactArgs args) { arithmetic<double>(args); }
KERNEL arithmetic_exact_i64(const ArithmeticExactArgs args) { arithmetic<i64>(args); }
KERNEL arithmetic_exact_i32(const ArithmeticExactArgs args) { arithmetic<int>(args); }
KERNEL arithmetic_exact_u8(const ArithmeticExactArgs args) { arithmetic<u8>(args); }
