// cpp-httplib with the settings of this project. The build gives most of them; this is for files compiled without it.
#pragma once

#ifndef CPPHTTPLIB_LISTEN_BACKLOG
#define CPPHTTPLIB_LISTEN_BACKLOG 1024
#endif

#include <httplib.h>
