// The operands of the tiled product in gemm.cuh: where an element lies in global memory, and how tiles of them come
// to shared memory.
#pragma once
#include "common.cuh"

// A member function: DEV is static.
#if defined(__clang__)
#define METHOD __device__ __attribute__((always_inline)) inline
#else
#define METHOD __device__ __forceinline__
#endif

// ---- sources: matrices ---------------------------------------------------------------------------------------------------
// Element (row, depth) at row * pitch + depth.
template<class Element> struct MatrixRows {
  typedef Element T;
  typedef const T* Row;
  typedef int Depth;
  static const bool ALONG_K = true;
  const T* base;
  i64 pitch;
  int rows, end;
  METHOD Row row(int r) const { return r < rows ? base + r * pitch : nullptr; }
  METHOD Depth depth(int k) const { return k < end ? k : -1; }
  METHOD const T* at(Row r, Depth k) const { return r != nullptr && k >= 0 ? r + k : nullptr; }
};

// Element (row, depth) at depth * pitch + row: the transposed of the above.
template<class Element> struct MatrixColumns {
  typedef Element T;
  typedef int Row;
  typedef const T* Depth;
  static const bool ALONG_K = false;
  const T* base;
  i64 pitch;
  int rows, end;
  METHOD Row row(int r) const { return r < rows ? r : -1; }
  METHOD Depth depth(int k) const { return k < end ? base + k * pitch : nullptr; }
  METHOD const T* at(Row r, Depth k) const { return r >= 0 && k != nullptr ? k + r : nullptr; }
};

// ---- global memory to shared -------------------------------------------------------------------------------------------
// The 16-byte vectors that a thread brings of an operand tile with ROWS rows and DEPTH depths: all at one offset along the
// direction in which memory runs, in lines STEP apart.
template<class Source, int ROWS, int DEPTH, int THREADS> struct Fetch {
  typedef typename Source::T T;
  static const int WIDTH = Width<T>::value;
  static const int PER_LINE = (Source::ALONG_K ? DEPTH : ROWS) / WIDTH;
  static const int LINES = Source::ALONG_K ? ROWS : DEPTH;
  static const int STEP = THREADS / PER_LINE;
  static const int COUNT = (LINES + STEP - 1) / STEP;

  Source source;
  int first, along, line0;
  typename Source::Row rows[Source::ALONG_K ? COUNT : 1];

  METHOD Fetch(const Source& s, int firstRow) : source(s), first(firstRow), along((int)tidx() % PER_LINE * WIDTH),
      line0((int)tidx() / PER_LINE) {
    if constexpr (Source::ALONG_K) {
#pragma unroll
      for (int i = 0; i < COUNT; i++) rows[i] = source.row(first + line(i));
    } else {
      rows[0] = source.row(first + along);
    }
  }

  METHOD int line(int i) const { return line0 + i * STEP; }
  METHOD bool active(int i) const { return STEP * COUNT == LINES || line(i) < LINES; }

  // Vector i of the tile that begins at depth k; null where it is zero. All of it lies inside or none of it.
  METHOD const T* at(int i, int k) const {
    if constexpr (Source::ALONG_K) return source.at(rows[i], source.depth(k + along));
    else return source.at(rows[0], source.depth(k + line(i)));
  }

  // Element by element, where alignment or extents do not allow more: straight to shared memory, a value at a time of
  // all lines at once.
  template<class Copy> METHOD void scatter(int k, typename Copy::Cell* to) const {
#pragma unroll 4
    for (int j = 0; j < WIDTH; j++) {
      typename Copy::Cell v[COUNT];
#pragma unroll
      for (int i = 0; i < COUNT; i++) {
        const T* p;
        if constexpr (Source::ALONG_K) p = source.at(rows[i], source.depth(k + along + j));
        else p = source.at(source.row(first + along + j), source.depth(k + line(i)));
        v[i] = active(i) && p != nullptr ? Copy::cell(*p) : Copy::cell(T());
      }
#pragma unroll
      for (int i = 0; i < COUNT; i++) {
        if (active(i)) to[Copy::at(line(i), along + j)] = v[i];
      }
    }
  }
};
