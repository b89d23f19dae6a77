#pragma once

// The trainers in one include.
#include "trainers/autograd_engine.h"
#include "trainers/engine.h"
#include "trainers/evaluate.h"
#include "trainers/observer.h"
#include "trainers/optimizer.h"
#include "trainers/options.h"
#include "trainers/trainer.h"
