// Contender: the multiplications of a step alone, on registers: no step that does as many can be faster on this machine.
// Arguments: precision, GFLOP per image. Compiled by the bench for the processor at hand.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>
#ifdef __AVX512BF16__
#include <immintrin.h>
#endif

/** Enough independent sums to hide the latency of an addition. */
constexpr int SUMS = 12;
constexpr long ROUNDS = 1 << 20;

/** As many floats as the processor adds and multiplies at once, or as two instructions do. */
typedef float Floats __attribute__((vector_size(64)));

/** Multiplies and adds ROUNDS times into each sum, and returns the operations: two per multiplication. */
static double multiplyFloat32(float start) {
  Floats sums[SUMS];
  for (auto& sum : sums) sum = Floats{} + start;
  const Floats factor = Floats{} + 0.999f, term = Floats{} + 0.001f;
  for (long i = 0; i < ROUNDS; i++)
    for (auto& sum : sums) sum = sum * factor + term;
  volatile float kept = 0;
  for (auto& sum : sums) kept = kept + sum[0];
  return 2.0 * ROUNDS * SUMS * (sizeof(Floats) / sizeof(float));
}

static double multiplyBfloat16(float start) {
#ifdef __AVX512BF16__
  __m512 sums[SUMS];
  for (auto& sum : sums) sum = _mm512_set1_ps(start);
  const __m512bh a = _mm512_cvtne2ps_pbh(_mm512_set1_ps(0.5f), _mm512_set1_ps(0.5f));
  for (long i = 0; i < ROUNDS; i++) {
    for (auto& sum : sums) sum = _mm512_dpbf16_ps(sum, a, a);
  }
  volatile float kept = 0;
  for (auto& sum : sums) kept = kept + _mm512_reduce_add_ps(sum);
  return 2.0 * ROUNDS * SUMS * 32;
#else
  fprintf(stderr, "this processor has no AVX512_BF16\n");
  exit(1);
#endif
}

static double now() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const bool bfloat16 = strcmp(arguments[1], "bfloat16") == 0;
  const double flop = atof(arguments[2]) * 1e9;
  puts("{\"ready\":{}}");
  fflush(stdout);
  double seconds;
  while (scanf(" {\"seconds\":%lf}", &seconds) == 1) {
    const double began = now();
    std::vector<double> done(std::thread::hardware_concurrency());
    std::vector<std::thread> threads;
    for (auto& sum : done)
      threads.emplace_back([&sum, began, seconds, bfloat16] {
        while (now() - began < seconds) sum += (bfloat16 ? multiplyBfloat16 : multiplyFloat32)(sum == 0);
      });
    for (auto& thread : threads) thread.join();
    const double elapsed = now() - began;
    double operations = 0;
    for (double sum : done) operations += sum;
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    static double before = 0;
    const double cpu = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + 1e-6 * (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    printf("{\"images\":%.3f,\"seconds\":%.6f,\"cpu\":%.6f,\"peak\":%ld}\n", operations / flop, elapsed, cpu - before, usage.ru_maxrss * 1024);
    fflush(stdout);
    before = cpu;
  }
}
