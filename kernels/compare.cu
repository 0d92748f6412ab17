// y (Bool) = whether a op b, of equal types. Overwrites. No comparison with a NaN holds but "not equal".
//
// A thread takes an element of y at a time in a grid-stride loop. Bytes moved per element: one of y, and an element of each
// operand that is not stretched.
#include "broadcast.cuh"

struct CompareArgs {
  const void* a;
  const void* b;
  u8* y;
  i64 count;
  Divisor size0, size1, size2;  // elements of the inner groups
  i64 a0, a1, a2, a3;           // steps of a, in elements, for each group
  i64 b0, b1, b2, b3;
  int groups;
  int op;                       // ExactOps.cs
};

enum { Equal, NotEqual, Less, LessOrEqual };

template<class T> DEV void compare(const CompareArgs& args) {
  GRID_STRIDE(i, args.count) {
    i64 at, bt;
    locate(args, i, at, bt);
    T a = ((const T*)args.a)[at], b = ((const T*)args.b)[bt];
    args.y[i] = args.op == Equal ? a == b : args.op == NotEqual ? a != b : args.op == Less ? a < b : a <= b;
  }
}

KERNEL compare_f32(const CompareArgs args) { compare<float>(args); }
KERNEL compare_f64(const CompareArgs args) { compare<double>(args); }
KERNEL compare_i64(const CompareArgs args) { compare<i64>(args); }
KERNEL compare_i32(const CompareArgs args) { compare<int>(args); }
KERNEL compare_u8(const CompareArgs args) { compare<u8>(args); }
