// Vectors of 16 numbers for TensorFlow ops of ours, and how their elements are divided among threads.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/util/work_sharder.h"

namespace {

using tensorflow::OpKernelContext;
using tensorflow::Tensor;

// Vectors of 16, which the compiler makes of whatever the CPU has: one of 64 bytes, two of 32 or four of 16.
constexpr int64_t kLanes = 16;
typedef float Floats __attribute__((vector_size(4 * kLanes)));
typedef int32_t Integers __attribute__((vector_size(4 * kLanes)));
typedef uint32_t Words __attribute__((vector_size(4 * kLanes)));
typedef uint16_t Halves __attribute__((vector_size(2 * kLanes)));

// The addon is for any x86-64: which copy of a function runs is decided when it is loaded. Elsewhere there is one.
#if defined(__x86_64__) && !defined(__clang__)
#define FOR_EACH_CPU __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FOR_EACH_CPU
#endif
#define INLINE inline __attribute__((always_inline))

// The first 16 of `count` values, filled up with zeros.
template <typename Vector, typename T>
INLINE Vector load(const T* from, int64_t count) {
  Vector values = {};
  if (count >= kLanes)
    std::memcpy(&values, from, sizeof(Vector));
  else
    std::memcpy(&values, from, count * sizeof(T));
  return values;
}

template <typename Vector, typename T>
INLINE void store(const Vector& values, T* to, int64_t count) {
  if (count >= kLanes)
    std::memcpy(to, &values, sizeof(Vector));
  else
    std::memcpy(to, &values, count * sizeof(T));
}

// 32 numbers in two vectors: of float32 the first 16 and the others, of bfloat16 those at even and those at odd places,
// which a shift and a mask make float32 where they are.
struct Pair {
  Floats first, second;
};
constexpr int kPair = 2 * kLanes;

// The place of the number `i` in the 32 of a pair.
INLINE int place(int i, const float*) { return i; }
INLINE int place(int i, const uint16_t*) { return i % 2 * kLanes + i / 2; }

// The first `count` numbers, 32 or 16, filled up with zeros.
template <int count>
INLINE Pair load_pair(const float* from) {
  return {load<Floats>(from, kLanes), count < kPair ? Floats{} : load<Floats>(from + kLanes, kLanes)};
}
template <int count>
INLINE Pair load_pair(const uint16_t* from) {
  const Words words = load<Words>((const uint32_t*)from, count / 2);
  return {(Floats)(words << 16), (Floats)(words & 0xffff0000)};
}

// The nearest bfloat16, ties to even, in the upper half of each word; not a number stays that.
INLINE Words nearest(Floats x) {
  const Words bits = (Words)x;
  return x == x ? bits + 0x7fff + (bits >> 16 & 1) : Words{} + 0x7fc00000;
}

template <int count>
INLINE void store_pair(const Pair& pair, float* to) {
  store(pair.first, to, kLanes);
  if (count == kPair) store(pair.second, to + kLanes, kLanes);
}
template <int count>
INLINE void store_pair(const Pair& pair, uint16_t* to) {
  store((nearest(pair.first) >> 16) | (nearest(pair.second) & 0xffff0000), (uint32_t*)to, count / 2);
}

// Divides the elements among TensorFlow's threads. Where one's part ends is a multiple of 16, so that no element is
// computed in another way for another number of threads. `cost` is in CPU cycles per element.
template <typename Work>
void divide(OpKernelContext* context, int64_t count, int64_t cost, const Work& work) {
  const auto* threads = context->device()->tensorflow_cpu_worker_threads();
  tensorflow::Shard(threads->num_threads, threads->workers, (count + kLanes - 1) / kLanes, cost * kLanes,
                    [&](int64_t from, int64_t to) { work(from * kLanes, std::min(to * kLanes, count)); });
}

template <typename T>
T* data(const Tensor& tensor) {
  return static_cast<T*>(tensor.data());
}

}  // namespace
