#include <cstdio>

#include "feat2vec/version.h"

int main() { std::printf("built with feat2vec %s\n", feat2vec::kVersion.data()); }
