// Elements of x to indices along an axis of y: y[o, indices[o, j, i], i] = x[o, j, i], or += it; or indices[j] for all lines.
// What no index names stays.
//
// y is (outer, length, inner), x (outer, columns, inner). Elements that meet do so in the order of j, without atomics: of written
// ones the last stays, added ones are added one after another. Where x is small a thread owns an element of x, if no earlier one
// of its line names the same place (added) or no later one does (written), and an adding owner walks the later ones that do. Else
// a thread walks a whole line. Bytes moved per element of x: itself and its index are read, its place written (added: and read).
#include "indices.cuh"

struct ScatterAxisArgs {
  const void* x;
  const void* indices;
  void* y;
  i64 lines;                // outer * inner
  Divisor inner, columns;
  i64 length;
  int alike;                // whether all lines share the indices
  int wide;                 // whether an index has 64 bits
  int owners;               // whether a thread takes an element of x, else a line
};

// Where the index of element j of line (o, i) stands.
DEV i64 place(const ScatterAxisArgs& args, i64 o, i64 j, i64 i) {
  return args.alike ? j : (o * args.columns.d + j) * args.inner.d + i;
}

DEV i64 target(const ScatterAxisArgs& args, i64 o, i64 j, i64 i) {
  return index_in(args.indices, place(args, o, j, i), args.wide, args.length);
}

template<class T> DEV void scatter_axis(const ScatterAxisArgs& args) {
  const T* x = (const T*)args.x;
  T* y = (T*)args.y;
  i64 columns = args.columns.d, inner = args.inner.d;
  if (args.owners) {
    GRID_STRIDE(at, args.lines * columns) {
      i64 i = at, j = divide(i, args.inner), o = divide(j, args.columns), k = target(args, o, j, i);
      bool last = true;
      for (i64 later = j + 1; later < columns && last; later++) last = target(args, o, later, i) != k;
      if (last) y[(o * args.length + k) * inner + i] = x[at];
    }
  } else {
    GRID_STRIDE(line, args.lines) {
      i64 i = line, o = divide(i, args.inner);
      for (i64 j = 0; j < columns; j++)
        y[(o * args.length + target(args, o, j, i)) * inner + i] = x[(o * columns + j) * inner + i];
    }
  }
}

template<class T> DEV void scatter_add_axis(const ScatterAxisArgs& args) {
  const T* x = (const T*)args.x;
  T* y = (T*)args.y;
  i64 columns = args.columns.d, inner = args.inner.d;
  if (args.owners) {
    GRID_STRIDE(at, args.lines * columns) {
      i64 i = at, j = divide(i, args.inner), o = divide(j, args.columns), k = target(args, o, j, i);
      bool first = true;
      for (i64 earlier = 0; earlier < j && first; earlier++) first = target(args, o, earlier, i) != k;
      if (!first) continue;
      T* to = y + (o * args.length + k) * inner + i;
      T sum = *to;
      for (i64 later = j; later < columns; later++)
        if (target(args, o, later, i) == k) sum += x[(o * columns + later) * inner + i];
      *to = sum;
    }
  } else {
    GRID_STRIDE(line, args.lines) {
      i64 i = line, o = divide(i, args.inner);
      for (i64 j = 0; j < columns; j++)
        y[(o * args.length + target(args, o, j, i)) * inner + i] += x[(o * columns + j) * inner + i];
    }
  }
}

KERNEL scatter_axis_f64(const ScatterAxisArgs args) { scatter_axis<u64>(args); }
KERNEL scatter_axis_f32(const ScatterAxisArgs args) { scatter_axis<u32>(args); }
KERNEL scatter_axis_bf16(const ScatterAxisArgs args) { scatter_axis<u16>(args); }
KERNEL scatter_axis_u8(const ScatterAxisArgs args) { scatter_axis<u8>(args); }
KERNEL scatter_add_axis_f32(const ScatterAxisArgs args) { scatter_add_axis<float>(args); }
KERNEL scatter_add_axis_f64(const ScatterAxisArgs args) { scatter_add_axis<double>(args); }
