// cpp-httplib with the settings of this project: every file that includes it goes through here, or the copies differ.
#pragma once

#define CPPHTTPLIB_LISTEN_BACKLOG 1024

#include <httplib.h>
