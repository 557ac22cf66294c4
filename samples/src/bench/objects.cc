// Kernel: C++: virtual calls over a mixed vector, std::map of strings, smart pointers, and an exception thrown and caught once in a while. Argument: rounds.
// build: -static
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>
struct Shape { virtual ~Shape() = default; virtual int64_t area() const = 0; virtual void grow(int by) = 0; };
struct Rect : Shape { int64_t w, h; Rect(int64_t a, int64_t b) : w(a), h(b) {} int64_t area() const override { return w * h; } void grow(int by) override { w += by; if (w > 1000) throw std::overflow_error("too wide"); } };
struct Square : Rect { explicit Square(int64_t a) : Rect(a, a) {} void grow(int by) override { w = h += by; if (h > 1500) throw std::range_error("too large"); } };
struct Tri : Shape { int64_t a, h; Tri(int64_t x, int64_t y) : a(x), h(y) {} int64_t area() const override { return a * h / 2; } void grow(int by) override { h += by * 2; if (h > 4000) h = 1; } };
struct Group : Shape {
  std::vector<std::unique_ptr<Shape>> of;
  int64_t area() const override { int64_t s = 0; for (const auto &x : of) s += x->area(); return s; }
  void grow(int by) override { for (auto &x : of) x->grow(by); }
};
int main(int argc, char **argv) {
  long rounds = argc > 1 ? atol(argv[1]) : 100;
  uint32_t x = 11;
  auto rnd = [&] { return x = x * 1664525u + 1013904223u, x >> 16; };
  std::vector<std::unique_ptr<Shape>> shapes;
  for (int i = 0; i < 1000; i++) switch (rnd() % 4) {
    case 0: shapes.push_back(std::make_unique<Rect>(rnd() % 900, 3)); break;
    case 1: shapes.push_back(std::make_unique<Square>(rnd() % 1400)); break;
    case 2: shapes.push_back(std::make_unique<Tri>(rnd() % 50, 1)); break;
    default: { auto g = std::make_unique<Group>(); for (int k = 0; k < 3; k++) g->of.push_back(std::make_unique<Tri>(k, k + 1)); shapes.push_back(std::move(g)); }
  }
  int64_t sum = 0, caught = 0;
  std::map<std::string, int64_t> seen;
  for (long r = 0; r < rounds; r++) {
    for (auto &s : shapes) {
      try { s->grow(static_cast<int>(rnd() % 5)); }
      catch (const std::overflow_error &e) { caught += e.what()[0]; s = std::make_unique<Rect>(rnd() % 900, 3); }
      catch (const std::exception &e) { caught++; s = std::make_unique<Square>(rnd() % 1400); }
      sum += s->area();
    }
    for (int i = 0; i < 100; i++) seen["key " + std::to_string(rnd() % 500)] += sum & 15;
  }
  for (const auto &[key, value] : seen) sum = sum * 31 + value + static_cast<int64_t>(key.size());
  std::printf("objects %016llx %lld\n", static_cast<unsigned long long>(sum), static_cast<long long>(caught));
  return 0;
}
