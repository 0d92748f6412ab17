// y = the sum, maximum, minimum or product of x over some axes, in the type that is stored: F64 and integers, which wrap around.
// Overwrites. The order of combination follows from the shapes alone.
//
// The host merges neighbouring axes of one fate, which leaves at most two groups that are kept and two that are reduced. A thread
// takes a result of few elements, a block one of many: its threads walk them in turn, and meet in shared memory in a tree. Bytes
// moved per element of x: it is read once. A block alone does not fill a card: results should be many.
#include "divide.cuh"

struct ReduceExactArgs {
  const void* x;
  void* y;
  i64 results;
  Divisor kept, reduced;  // sizes of the inner kept group, and of the inner reduced one
  i64 keptStep, keptOuter, reducedStep, reducedOuter;  // steps in x, in elements
  i64 elements;           // of a result
  int op;                 // ExactOps.cs
  int blocks;             // whether a block takes a result, else a thread
};

enum { Sum, Maximum, Minimum, Product };
const int Threads = 256;

template<class T> DEV T combine(int op, T a, T b) {
  return op == Sum ? a + b : op == Product ? a * b : op == Maximum ? (a > b || a != a ? a : b) : (a < b || a != a ? a : b);
}

// The elements first, first + step, ... of a result; there is one at least.
template<class T> DEV T some(const ReduceExactArgs& args, const T* x, i64 first, i64 step) {
  T total = T();
  for (i64 e = first; e < args.elements; e += step) {
    i64 inner = e, outer = divide(inner, args.reduced);
    T v = x[inner * args.reducedStep + outer * args.reducedOuter];
    total = e == first ? v : combine(args.op, total, v);
  }
  return total;
}

template<class T> DEV const T* elements_of(const ReduceExactArgs& args, i64 result) {
  i64 inner = result, outer = divide(inner, args.kept);
  return (const T*)args.x + inner * args.keptStep + outer * args.keptOuter;
}

template<class T> DEV void reduce_exact(const ReduceExactArgs& args) {
  __shared__ T meet[Threads];
  if (!args.blocks) {
    GRID_STRIDE(i, args.results) ((T*)args.y)[i] = some(args, elements_of<T>(args, i), 0, 1);
    return;
  }
  int t = (int)tidx();
  for (i64 i = bidx(); i < args.results; i += gdimx()) {
    meet[t] = some(args, elements_of<T>(args, i), t, Threads);
    sync();
    for (int half = Threads / 2; half; half /= 2) {
      if (t < half) meet[t] = combine(args.op, meet[t], meet[t + half]);
      sync();
    }
    if (t == 0) ((T*)args.y)[i] = meet[0];
    sync();
  }
}

KERNEL reduce_exact_f64(const ReduceExactArgs args) { reduce_exact<double>(args); }
KERNEL reduce_exact_i64(const ReduceExactArgs args) { reduce_exact<i64>(args); }
KERNEL reduce_exact_i32(const ReduceExactArgs args) { reduce_exact<int>(args); }
KERNEL reduce_exact_u8(const ReduceExactArgs args) { reduce_exact<u8>(args); }
