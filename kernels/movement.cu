// Boxes and rows from one place to another. Overwrites, except scatter_add, which adds.
//
// copy: rows of contiguous units between strided places, any element type: the host picks the widest unit (16, 4, 2 or 1 bytes)
// that every address and step is a multiple of. A thread moves a unit, in a grid-stride loop. gather: the same with the row of x
// looked up in indices. Bytes moved per element: it is read once and written once.
// scatter_add: row indices[i] of the table += row i of dy, in the order of i. A warp owns row i and 128 columns, if no earlier i
// names the same row of the table: then it walks all later ones that do. Bytes moved per element of dy: it is read once; a row of
// the table is read and written once.
#include "divide.cuh"

struct CopyArgs {
  const void* x;
  void* y;
  i64 units;             // of the whole box
  Divisor run;           // units of a row
  Divisor size0, size1;  // rows along the two inner axes
  i64 x0, x1, x2;        // steps in units along the three axes of rows
  i64 y0, y1, y2;
  int axes;              // of rows, 0 to 3
};

struct GatherArgs {
  const void* table;
  const int* indices;
  void* y;
  i64 units;    // of y
  Divisor run;  // units of a row
  int rows;     // of the table
};

struct ScatterArgs {
  const void* dy;
  const int* indices;
  float* dtable;
  i64 width;  // elements of a row
  int n;      // rows of dy
  int rows;   // of the table
};

// An index that names no row must not pass in silence: the launch fails.
DEV void require(bool in_range) { if (!in_range) asm volatile("trap;"); }

template<class T> DEV void copy(const CopyArgs& args) {
  const T* x = (const T*)args.x;
  T* y = (T*)args.y;
  GRID_STRIDE(i, args.units) {
    i64 unit = i, row = args.axes > 0 ? divide(unit, args.run) : 0, from = 0, to = 0;
    if (args.axes > 1) {
      i64 next = divide(row, args.size0);
      if (args.axes > 2) {
        i64 last = divide(next, args.size1);
        from = last * args.x2;
        to = last * args.y2;
      }
      from += next * args.x1;
      to += next * args.y1;
    }
    y[to + row * args.y0 + unit] = x[from + row * args.x0 + unit];
  }
}

template<class T> DEV void gather(const GatherArgs& args) {
  const T* table = (const T*)args.table;
  T* y = (T*)args.y;
  GRID_STRIDE(i, args.units) {
    i64 unit = i, row = divide(unit, args.run);
    int index = args.indices[row];
    require((u32)index < (u32)args.rows);
    y[i] = table[index * args.run.d + unit];
  }
}

template<class T> DEV void scatter_add(const ScatterArgs& args) {
  const int Columns = 4;  // of a lane
  u32 lane = tidx() & 31;
  i64 tiles = (args.width + 32 * Columns - 1) / (32 * Columns), warps = grid_step() / 32;
  for (i64 item = grid_first() / 32; item < tiles * args.n; item += warps) {
    int i = (int)(item / tiles), target = args.indices[i];
    i64 first = (item - i * tiles) * (32 * Columns) + lane;
    require((u32)target < (u32)args.rows);
    bool seen = false;
    for (int from = 0; from < i && !seen; from += 32) {
      int j = from + (int)lane;
      seen = warp_any(j < i && args.indices[j] == target);
    }
    if (seen) continue;
    float sum[Columns];
#pragma unroll
    for (int k = 0; k < Columns; k++) {
      i64 c = first + 32 * k;
      sum[k] = c < args.width ? args.dtable[target * args.width + c] : 0.0f;
    }
    for (int from = i; from < args.n; from += 32) {
      int j = from + (int)lane;
      u32 same = warp_ballot(j < args.n && args.indices[j] == target);
      for (int row = from; same != 0; row++, same >>= 1) {
        if ((same & 1) == 0) continue;
#pragma unroll
        for (int k = 0; k < Columns; k++) {
          i64 c = first + 32 * k;
          if (c < args.width) sum[k] += load((const T*)args.dy + row * args.width + c);
        }
      }
    }
#pragma unroll
    for (int k = 0; k < Columns; k++) {
      i64 c = first + 32 * k;
      if (c < args.width) args.dtable[target * args.width + c] = sum[k];
    }
  }
}

KERNEL copy_wide_u8(const CopyArgs args) { copy<u4>(args); }
KERNEL copy_f32(const CopyArgs args) { copy<u32>(args); }
KERNEL copy_bf16(const CopyArgs args) { copy<u16>(args); }
KERNEL copy_u8(const CopyArgs args) { copy<u8>(args); }

KERNEL gather_wide_u8(const GatherArgs args) { gather<u4>(args); }
KERNEL gather_f32(const GatherArgs args) { gather<u32>(args); }
KERNEL gather_bf16(const GatherArgs args) { gather<u16>(args); }
KERNEL gather_u8(const GatherArgs args) { gather<u8>(args); }

KERNEL scatter_add_f32(const ScatterArgs args) { scatter_add<float>(args); }
KERNEL scatter_add_bf16(const ScatterArgs args) { scatter_add<bf16>(args); }
