// Where an element of an output finds its operands, which stretch to it. The host merges the output's axes into at most four
// groups, innermost first, over each of which an operand either walks its memory in order (step 1 in the innermost) or stands
// still (step 0).
#pragma once
#include "divide.cuh"

// Args has groups, size0 to size2 (elements of the inner groups), a0 to a3 and b0 to b3 (steps, in elements).
template<class Args> DEV void locate(const Args& args, i64 i, i64& a, i64& b) {
  a = b = 0;
  if (args.groups > 1) {
    i64 next = divide(i, args.size0);
    if (args.groups > 2) {
      i64 outer = divide(next, args.size1);
      if (args.groups > 3) {
        i64 last = divide(outer, args.size2);
        a = last * args.a3;
        b = last * args.b3;
      }
      a += outer * args.a2;
      b += outer * args.b2;
    }
    a += next * args.a1;
    b += next * args.b1;
  }
  a += i * args.a0;
  b += i * args.b0;
}

