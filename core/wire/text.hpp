// Text from strangers, checked and made fit to show.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postern::wire {

/// RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF.
bool valid_utf8(std::string_view bytes);

/// The size of the well-formed sequence that `bytes` begin with; 0 when they begin with none.
std::size_t utf8_sequence(std::string_view bytes);

/// `c`: a code point, no surrogate.
void append_utf8(std::string& out, char32_t c);

/// A name that a stranger chose, for a page where the user decides: without controls, bidirectional controls (they can
/// turn "moc.live" round), zero-width and other invisible characters, private use and non-characters; invalid UTF-8 as
/// U+FFFD; white space folded to single spaces and trimmed; at most two combining marks in a row; cut to
/// `max_code_points` with an ellipsis in the last place. Not escaped: html_escape comes after.
std::string display_name(std::string_view hostile, std::size_t max_code_points = 60);

/// Safe as text and inside a quoted attribute: & < > " ' escaped.
std::string html_escape(std::string_view text);

}  // namespace postern::wire
