// y = elements of x at indices along an axis: y[o, j, i] = x[o, indices[o, j, i], i], or x[o, indices[j], i]. Overwrites. Any
// element type.
//
// x is (outer, length, inner), y (outer, columns, inner). A thread moves a unit in a grid-stride loop: an element, or where all
// lines share their indices the widest of 16, 4, 2 and 1 bytes that every row of inner elements is a multiple of. Bytes moved per
// element of y: one element each of x and of y, and its index.
#include "indices.cuh"

struct GatherAxisArgs {
  const void* x;
  const void* indices;
  void* y;
  i64 units;                // of y
  Divisor inner, columns;   // inner in units
  i64 length;
  int alike;                // whether all lines share the indices
  int wide;                 // whether an index has 64 bits
};

template<class T> DEV void gather_axis(const GatherAxisArgs& args) {
  const T* x = (const T*)args.x;
  T* y = (T*)args.y;
  GRID_STRIDE(at, args.units) {
    i64 i = at, j = divide(i, args.inner), o = divide(j, args.columns);
    i64 k = index_in(args.indices, args.alike ? j : at, args.wide, args.length);
    y[at] = x[(o * args.length + k) * args.inner.d + i];
  }
}

KERNEL gather_axis_wide_u8(const GatherAxisArgs args) { gather_axis<u4>(args); }
KERNEL gather_axis_f64(const GatherAxisArgs args) { gather_axis<u64>(args); }
KERNEL gather_axis_f32(const GatherAxisArgs args) { gather_axis<u32>(args); }
KERNEL gather_axis_bf16(const GatherAxisArgs args) { gather_axis<u16>(args); }
KERNEL gather_axis_u8(const GatherAxisArgs args) { gather_axis<u8>(args); }
