// What every kernel includes. Compiles with clang-19 alone (no toolkit) and with nvcc.
#pragma once
