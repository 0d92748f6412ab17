// Images at twice the height and width, and the transpose. x, dx (N, H, W, C); y, dy (N, 2H, 2W, C); overwritten.
// Nearest: each pixel becomes a 2 x 2 block; dx is the sum of the block's dy. Bilinear with half-pixel centres: rows 2i = 3/4
// x[i] + 1/4 x[i - 1], 2i + 1 = 3/4 x[i] + 1/4 x[i + 1], columns alike, neighbours outside of the image being its edge; so dx[i]
// = 3/4 (dy[2i] + dy[2i + 1]) + 1/4 (dy[2i - 1] + dy[2i + 2]), where an outer dy outside of the image is the inner one beside it.
// Binomial: the same with zeros outside of the image, in x and in dy.
//
// A thread takes one unit of x's shape: an element, or 16 bytes of channels (*_wide: C a multiple of those, arrays aligned), and
// writes four units of y, or reads 4 (nearest) or 16 (others) of dy. The others' blocks are tiles of 2^lanes units by 2^columns
// pixels by as many rows as make 256 threads, so that most neighbours are in the block and its loads meet in the L1 cache.
//
// Moves per element of x: 20 bytes in F32 (4 and 4 * 4), 10 in BF16, all modes and directions; (64, 16, 16, 256) in BF16 is 42
// MB, 14 us at 3 TB/s.
#include "unit.cuh"

struct Upsample2xArgs {
  const void* x;     // dy in the backward
  void* y;           // dx in the backward
  i64 count;         // nearest: units of x's shape; others: tiles
  Divisor units, width;                  // nearest: units of a pixel, W
  Divisor chunks, across, down;          // others: tiles along channels, columns, rows
  int height, columns, per_pixel, lanes_log, columns_log;
};

template<class T, int V> DEV void nearest(const Upsample2xArgs& a) {
  const T* x = (const T*)a.x;
  T* y = (T*)a.y;
  i64 pixel = a.units.d * V, row = 2 * a.width.d * pixel;
  GRID_STRIDE(i, a.count) {
    i64 unit = i, column = divide(unit, a.units), line = divide(column, a.width);
    float v[V];
    load_unit(x + i * V, v);
    T* to = y + 2 * line * row + 2 * column * pixel + unit * V;
    store_unit(to, v);
    store_unit(to + pixel, v);
    store_unit(to + row, v);
    store_unit(to + row + pixel, v);
  }
}

template<class T, int V> DEV void nearest_backward(const Upsample2xArgs& a) {
  const T* dy = (const T*)a.x;
  T* dx = (T*)a.y;
  i64 pixel = a.units.d * V, row = 2 * a.width.d * pixel;
  GRID_STRIDE(i, a.count) {
    i64 unit = i, column = divide(unit, a.units), line = divide(column, a.width);
    const T* from = dy + 2 * line * row + 2 * column * pixel + unit * V;
    float p[V], q[V], r[V], s[V];
    load_unit(from, p);
    load_unit(from + pixel, q);
    load_unit(from + row, r);
    load_unit(from + row + pixel, s);
#pragma unroll
    for (int k = 0; k < V; k++) p[k] = p[k] + q[k] + (r[k] + s[k]);
    store_unit(dx + i * V, p);
  }
}

// The pixel and unit of this thread in tile t; false outside of the image.
struct Place { i64 image; int row, column, unit; };
DEV bool place_of(i64 t, const Upsample2xArgs& a, Place& p) {
  i64 chunk = t, column = divide(chunk, a.chunks), row = divide(column, a.across);
  p.image = divide(row, a.down);
  int thread = (int)tidx(), rows_log = 8 - a.lanes_log - a.columns_log;
  p.unit = ((int)chunk << a.lanes_log) + (thread & ((1 << a.lanes_log) - 1));
  thread >>= a.lanes_log;
  p.column = ((int)column << a.columns_log) + (thread & ((1 << a.columns_log) - 1));
  p.row = ((int)row << rows_log) + (thread >> a.columns_log);
  return p.unit < a.per_pixel && p.column < a.columns && p.row < a.height;
}

DEV float mix(float near, float far) { return near * 0.75f + far * 0.25f; }

// A row of x between its columns: left and right of this pixel, where a step of 0 leads outside: to the edge, or to zeros.
template<class T, int V, bool Zeros> DEV void between(const T* row, i64 left, i64 right, float (&l)[V], float (&r)[V]) {
  float m[V];
  load_unit(row, m);
  load_unit(row + left, l);
  load_unit(row + right, r);
#pragma unroll
  for (int k = 0; k < V; k++) {
    l[k] = mix(m[k], Zeros && left == 0 ? 0.0f : l[k]);
    r[k] = mix(m[k], Zeros && right == 0 ? 0.0f : r[k]);
  }
}

template<int V> DEV void clear(float (&v)[V]) {
#pragma unroll
  for (int k = 0; k < V; k++) v[k] = 0;
}

template<class T, int V> DEV void store_mixed(T* y, const float (&near)[V], const float (&far)[V]) {
  float v[V];
#pragma unroll
  for (int k = 0; k < V; k++) v[k] = mix(near[k], far[k]);
  store_unit(y, v);
}

template<class T, int V, bool Zeros> DEV void smooth(const Upsample2xArgs& a) {
  i64 pixel = (i64)a.per_pixel * V, row = a.columns * pixel;
  for (i64 t = bidx(); t < a.count; t += gdimx()) {
    Place p;
    if (!place_of(t, a, p)) continue;
    i64 line = p.image * a.height + p.row;
    const T* x = (const T*)a.x + line * row + p.column * pixel + p.unit * V;
    T* y = (T*)a.y + 4 * line * row + 2 * p.column * pixel + p.unit * V;
    i64 left = p.column > 0 ? -pixel : 0, right = p.column < a.columns - 1 ? pixel : 0;
    float l[V], r[V], outer_l[V], outer_r[V];
    between<T, V, Zeros>(x, left, right, l, r);
    between<T, V, Zeros>(p.row > 0 ? x - row : x, left, right, outer_l, outer_r);
    if (Zeros && p.row == 0) {
      clear(outer_l);
      clear(outer_r);
    }
    store_mixed(y, l, outer_l);
    store_mixed(y + pixel, r, outer_r);
    between<T, V, Zeros>(p.row < a.height - 1 ? x + row : x, left, right, outer_l, outer_r);
    if (Zeros && p.row == a.height - 1) {
      clear(outer_l);
      clear(outer_r);
    }
    store_mixed(y + 2 * row, l, outer_l);
    store_mixed(y + 2 * row + pixel, r, outer_r);
  }
}

// A column of dy mixed down to this pixel's row; the outer rows are outside of the image where they are the inner ones.
template<class T, int V, bool Zeros> DEV void mixed_down(const T* inner, i64 above, i64 row, i64 below, float (&v)[V]) {
  float r0[V], r2[V], r3[V];
  load_unit(inner + above, r0);
  load_unit(inner, v);
  load_unit(inner + row, r2);
  load_unit(inner + below, r3);
#pragma unroll
  for (int k = 0; k < V; k++) {
    float upper = Zeros && above == 0 ? 0.0f : r0[k], lower = Zeros && below == row ? 0.0f : r3[k];
    v[k] = mix(v[k] + r2[k], upper + lower);
  }
}

template<class T, int V, bool Zeros> DEV void smooth_backward(const Upsample2xArgs& a) {
  i64 pixel = (i64)a.per_pixel * V, row = 2 * a.columns * pixel;
  for (i64 t = bidx(); t < a.count; t += gdimx()) {
    Place p;
    if (!place_of(t, a, p)) continue;
    i64 line = p.image * a.height + p.row;
    const T* dy = (const T*)a.x + 2 * line * row + 2 * p.column * pixel + p.unit * V;
    i64 above = p.row > 0 ? -row : 0, below = p.row < a.height - 1 ? 2 * row : row;
    i64 left = p.column > 0 ? -pixel : 0, right = p.column < a.columns - 1 ? 2 * pixel : pixel;
    float inner[V], outer[V], v[V];
    mixed_down<T, V, Zeros>(dy, above, row, below, inner);
    mixed_down<T, V, Zeros>(dy + pixel, above, row, below, v);
#pragma unroll
    for (int k = 0; k < V; k++) inner[k] += v[k];
    mixed_down<T, V, Zeros>(dy + left, above, row, below, outer);
    if (Zeros && left == 0) clear(outer);
    mixed_down<T, V, Zeros>(dy + right, above, row, below, v);
    if (Zeros && right == pixel) clear(v);
#pragma unroll
    for (int k = 0; k < V; k++) v[k] = mix(inner[k], outer[k] + v[k]);
    store_unit((T*)a.y + (line * a.columns + p.column) * pixel + p.unit * V, v);
  }
}

KERNEL __launch_bounds__(256) upsample_nearest_f32(Upsample2xArgs a) { nearest<float, 1>(a); }
KERNEL __launch_bounds__(256) upsample_nearest_bf16(Upsample2xArgs a) { nearest<bf16, 1>(a); }
KERNEL __launch_bounds__(256) upsample_nearest_wide_f32(Upsample2xArgs a) { nearest<float, 4>(a); }
KERNEL __launch_bounds__(256) upsample_nearest_wide_bf16(Upsample2xArgs a) { nearest<bf16, 8>(a); }
KERNEL __launch_bounds__(256) upsample_nearest_backward_f32(Upsample2xArgs a) { nearest_backward<float, 1>(a); }
KERNEL __launch_bounds__(256) upsample_nearest_backward_bf16(Upsample2xArgs a) { nearest_backward<bf16, 1>(a); }
KERNEL __launch_bounds__(256) upsample_nearest_backward_wide_f32(Upsample2xArgs a) { nearest_backward<float, 4>(a); }
KERNEL __launch_bounds__(256) upsample_nearest_backward_wide_bf16(Upsample2xArgs a) { nearest_backward<bf16, 8>(a); }
KERNEL __launch_bounds__(256) upsample_bilinear_f32(Upsample2xArgs a) { smooth<float, 1, false>(a); }
KERNEL __launch_bounds__(256) upsample_bilinear_bf16(Upsample2xArgs a) { smooth<bf16, 1, false>(a); }
KERNEL __launch_bounds__(256) upsample_bilinear_wide_f32(Upsample2xArgs a) { smooth<float, 4, false>(a); }
KERNEL __launch_bounds__(256) upsample_bilinear_wide_bf16(Upsample2xArgs a) { smooth<bf16, 8, false>(a); }
KERNEL __launch_bounds__(256) upsample_bilinear_backward_f32(Upsample2xArgs a) { smooth_backward<float, 1, false>(a); }
KERNEL __launch_bounds__(256) upsample_bilinear_backward_bf16(Upsample2xArgs a) { smooth_backward<bf16, 1, false>(a); }
KERNEL __launch_bounds__(256) upsample_bilinear_backward_wide_f32(Upsample2xArgs a) { smooth_backward<float, 4, false>(a); }
KERNEL __launch_bounds__(256) upsample_bilinear_backward_wide_bf16(Upsample2xArgs a) { smooth_backward<bf16, 8, false>(a); }
KERNEL __launch_bounds__(256) upsample_binomial_f32(Upsample2xArgs a) { smooth<float, 1, true>(a); }
KERNEL __launch_bounds__(256) upsample_binomial_bf16(Upsample2xArgs a) { smooth<bf16, 1, true>(a); }
KERNEL __launch_bounds__(256) upsample_binomial_wide_f32(Upsample2xArgs a) { smooth<float, 4, true>(a); }
KERNEL __launch_bounds__(256) upsample_binomial_wide_bf16(Upsample2xArgs a) { smooth<bf16, 8, true>(a); }
KERNEL __launch_bounds__(256) upsample_binomial_backward_f32(Upsample2xArgs a) { smooth_backward<float, 1, true>(a); }
KERNEL __launch_bounds__(256) upsample_binomial_backward_bf16(Upsample2xArgs a) { smooth_backward<bf16, 1, true>(a); }
KERNEL __launch_bounds__(256) upsample_binomial_backward_wide_f32(Upsample2xArgs a) { smooth_backward<float, 4, true>(a); }
KERNEL __launch_bounds__(256) upsample_binomial_backward_wide_bf16(Upsample2xArgs a) { smooth_backward<bf16, 8, true>(a); }
