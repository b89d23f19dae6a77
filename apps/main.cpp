#include "apps/command.h"

int main(int argc, char** argv) { return feat2vec::apps::run(argc, argv); }
