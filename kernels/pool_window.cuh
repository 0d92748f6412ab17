// Where the windows of a pooling lie, for averages and maxima: x (N, H, W, C) in windows of kernel x kernel, y (N, OH, OW, C).
#pragma once
#include "unit.cuh"

// The output that a launch goes through, and the array that its windows read. Backward the roles are swapped: the output is dx,
// and what it reads is dy.
struct PoolGrid {
  i64 count;                     // units of the output
  Divisor units, width, height;  // of a pixel of the output; the output's own
  int x_height, x_width, kernel, stride, padding;
};

// Pixels [h0, h1) x [w0, w1) of image `image`; unit: of a pixel.
struct PoolWindow {
  i64 image, unit;
  int line, column, h0, h1, w0, w1;
};

// [start, end) of output i along an axis of x.
DEV void covered(int i, int extent, const PoolGrid& g, int& start, int& end) {
  start = i * g.stride - g.padding;
  end = start + g.kernel < extent ? start + g.kernel : extent;
  if (start < 0) start = 0;
}

// Outputs [start, end) whose windows contain input i.
DEV void covering(int i, int extent, const PoolGrid& g, int& start, int& end) {
  int before = i + g.padding - g.kernel, last = (i + g.padding) / g.stride + 1;
  start = before < 0 ? 0 : before / g.stride + 1;
  end = last < extent ? last : extent;
}

// What unit i of the output reads: the pixels under its window, or (backward) the windows over its pixel.
template<bool BACKWARD> DEV PoolWindow window_of(const PoolGrid& g, i64 i) {
  i64 unit = i, column = divide(unit, g.units), line = divide(column, g.width), image = divide(line, g.height);
  PoolWindow w;
  w.image = image;
  w.unit = unit;
  w.line = (int)line;
  w.column = (int)column;
  if (BACKWARD) {
    covering(w.line, g.x_height, g, w.h0, w.h1);
    covering(w.column, g.x_width, g, w.w0, w.w1);
  } else {
    covered(w.line, g.x_height, g, w.h0, w.h1);
    covered(w.column, g.x_width, g, w.w0, w.w1);
  }
  return w;
}
