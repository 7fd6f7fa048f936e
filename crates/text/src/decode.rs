//! Bytes of a file into text.
//!
//! Windows tools write UTF-8 with and without a byte order mark, UTF-16 (`reg export`, `secedit /export`,
//! PowerShell 5.1 redirection) and whatever code page the console had. A byte order mark wins over a
//! declared encoding, a declared one over a guess, and a guess is always remarked upon.

use cmlint_source::Encoding;

/// The text of a file and how it was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decoded {
    /// The text, without a byte order mark. NUL characters are kept.
    pub text: String,
    /// How the bytes were read.
    pub encoding: Encoding,
    /// What a user should know about it: why a fallback was used, what was replaced, and what to do; lower
    /// case, no full stop. Empty when all was as declared or certain.
    pub remarks: Vec<String>,
    /// Whether bytes could not be read and stand as U+FFFD in the text, or were dropped.
    pub lossy: bool,
}

/// Decodes the bytes of a file.
///
/// `declared` is what a manifest or a user says: a label of the WHATWG Encoding Standard
/// (`windows-1252`, `shift_jis`, `utf-16le`), `utf-8-bom`, `utf-16be`, or the number of a Windows code page
/// (`1252`, `cp932`, `65001`). Never fails: what cannot be read is replaced by U+FFFD, counted and
/// remarked upon.
pub fn decode(bytes: Vec<u8>, declared: Option<&str>) -> Decoded {
    let mut remarks = Vec::new();
    let label = declared.and_then(|name| {
        let label = Label::of(name);
        if label.is_none() {
            remarks.push(
                "the declared encoding is not known and was ignored; name one of the WHATWG Encoding \
                 Standard, such as `utf-8`, `utf-16le` or `windows-1252`"
                    .to_owned(),
            );
        }
        label
    });
    if let Some((label_of_mark, len)) = byte_order_mark(&bytes) {
        if label.is_some_and(|label| label != label_of_mark) {
            remarks.push(format!(
                "the file starts with the byte order mark of {0} but is declared otherwise; it was read as \
                 {0}: correct the declared encoding",
                label_of_mark.encoding(true).name()
            ));
        }
        return read(bytes, len, label_of_mark, true, remarks);
    }
    if let Some(label) = label {
        return read(bytes, 0, label, false, remarks);
    }
    if let Some(label) = utf16_by_pattern(&bytes) {
        remarks.push(format!(
            "no byte order mark, but zero bytes between the letters; it was read as {}: declare the \
             encoding, or save the file as UTF-8",
            label.encoding(false).name()
        ));
        return read(bytes, 0, label, false, remarks);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Decoded { text, encoding: Encoding::Utf8, remarks, lossy: false },
        Err(error) => {
            remarks.push(format!(
                "not UTF-8 (first wrong byte at offset {}) and no encoding is declared; it was read as \
                 windows-1252, where letters outside ASCII may be wrong: declare the encoding, or export \
                 the file as UTF-8",
                error.utf8_error().valid_up_to()
            ));
            read(error.into_bytes(), 0, Label::Page(encoding_rs::WINDOWS_1252), false, remarks)
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Label {
    Utf8,
    Utf16 { big_endian: bool },
    Page(&'static encoding_rs::Encoding),
}

impl Label {
    fn of(name: &str) -> Option<Label> {
        let name = name.trim().to_ascii_lowercase();
        let number = name.strip_prefix("cp").or(name.strip_prefix("ms")).unwrap_or(&name);
        // PowerShell's names and Windows' numbers, as far as the standard has no label for them.
        let label = match name.as_str() {
            "utf-8-bom" | "utf8-bom" | "utf8bom" | "utf8nobom" => "utf-8",
            "bigendianunicode" => "utf-16be",
            _ => match number {
                "65001" => "utf-8",
                "1200" => "utf-16le",
                "1201" => "utf-16be",
                "932" => "shift_jis",
                "936" => "gbk",
                "949" => "euc-kr",
                "950" => "big5",
                "20127" => "us-ascii",
                _ => &name,
            },
        };
        let encoding = encoding_rs::Encoding::for_label_no_replacement(label.as_bytes()).or_else(|| {
            let numbered = format!("windows-{number}");
            encoding_rs::Encoding::for_label_no_replacement(numbered.as_bytes())
        })?;
        Some(if encoding == encoding_rs::UTF_8 {
            Label::Utf8
        } else if encoding == encoding_rs::UTF_16LE {
            Label::Utf16 { big_endian: false }
        } else if encoding == encoding_rs::UTF_16BE {
            Label::Utf16 { big_endian: true }
        } else {
            Label::Page(encoding)
        })
    }

    fn encoding(self, mark: bool) -> Encoding {
        match self {
            Label::Utf8 if mark => Encoding::Utf8Bom,
            Label::Utf8 => Encoding::Utf8,
            Label::Utf16 { big_endian: false } => Encoding::Utf16Le,
            Label::Utf16 { big_endian: true } => Encoding::Utf16Be,
            Label::Page(page) => Encoding::CodePage(page.name()),
        }
    }
}

fn byte_order_mark(bytes: &[u8]) -> Option<(Label, usize)> {
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] => Some((Label::Utf8, 3)),
        [0xFF, 0xFE, ..] => Some((Label::Utf16 { big_endian: false }, 2)),
        [0xFE, 0xFF, ..] => Some((Label::Utf16 { big_endian: true }, 2)),
        _ => None,
    }
}

/// UTF-16 without a byte order mark: text of any language holds ASCII (line ends, digits, punctuation),
/// whose zero bytes all stand on one side. It is asked before UTF-8, because zero bytes are valid there.
fn utf16_by_pattern(bytes: &[u8]) -> Option<Label> {
    const SAMPLE: usize = 64 * 1024;
    let sample = &bytes[..(bytes.len() & !1).min(SAMPLE)];
    let mut zeros = [0_usize; 2];
    for at in memchr::memchr_iter(0, sample) {
        zeros[at % 2] += 1;
    }
    let [even, odd] = zeros;
    let (most, least) = (even.max(odd), even.min(odd));
    // A stray NUL in UTF-8 is no pattern: one unit in eight has to be ASCII, in a short text one in two,
    // and hardly any the reverse.
    let units = sample.len() / 2;
    let enough = most * 2 > units || (most >= 4 && most * 8 >= units);
    (enough && least * 16 <= most).then_some(Label::Utf16 { big_endian: even > odd })
}

/// Decodes all but the first `skip` bytes.
fn read(bytes: Vec<u8>, skip: usize, label: Label, mark: bool, mut remarks: Vec<String>) -> Decoded {
    let mut bad = Bad::default();
    let text = match label {
        Label::Utf8 => utf8(bytes, skip, &mut bad),
        Label::Utf16 { big_endian } => {
            let body = &bytes[skip..];
            let odd = body.len() % 2;
            if odd == 1 {
                remarks.push(format!(
                    "an odd number of bytes: the last one, at offset {}, is half a character and was \
                     dropped; the file is cut off or damaged: export it again",
                    bytes.len() - 1
                ));
            }
            bad.dropped = odd == 1;
            by_table(&body[..body.len() - odd], skip, utf16_of(big_endian), &mut bad)
        }
        Label::Page(page) => by_table(&bytes[skip..], skip, page, &mut bad),
    };
    let encoding = label.encoding(mark);
    if let Some(first) = bad.first {
        remarks.push(format!(
            "{} byte sequences are not valid {} (the first at offset {first}) and were replaced by U+FFFD; \
             the file is damaged or has another encoding: export it again, or declare its encoding",
            bad.count,
            encoding.name()
        ));
    }
    Decoded { text, encoding, remarks, lossy: bad.count > 0 || bad.dropped }
}

/// What could not be decoded.
#[derive(Default)]
struct Bad {
    count: usize,
    /// Offset in the file of the first one.
    first: Option<usize>,
    dropped: bool,
}

impl Bad {
    fn at(&mut self, offset: usize) {
        self.count += 1;
        self.first.get_or_insert(offset);
    }
}

fn utf8(bytes: Vec<u8>, skip: usize, bad: &mut Bad) -> String {
    // The vector becomes the string: one check, no copy.
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            text.drain(..skip);
            text
        }
        Err(error) => {
            let bytes = &error.as_bytes()[skip..];
            let mut text = String::with_capacity(bytes.len() + 8);
            let mut at = skip;
            for chunk in bytes.utf8_chunks() {
                text.push_str(chunk.valid());
                at += chunk.valid().len();
                if !chunk.invalid().is_empty() {
                    bad.at(at);
                    text.push(char::REPLACEMENT_CHARACTER);
                    at += chunk.invalid().len();
                }
            }
            text
        }
    }
}

fn utf16_of(big_endian: bool) -> &'static encoding_rs::Encoding {
    if big_endian { encoding_rs::UTF_16BE } else { encoding_rs::UTF_16LE }
}

fn by_table(bytes: &[u8], skip: usize, encoding: &'static encoding_rs::Encoding, bad: &mut Bad) -> String {
    use encoding_rs::DecoderResult;
    // Room for ASCII and a little more: asking for the worst case would be three times as much memory, all
    // of it new pages.
    let ascii = |len: usize| if encoding.is_single_byte() { len } else { len / 2 };
    let room = |len: usize| ascii(len) + len / 8 + 16;
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(room(bytes.len()));
    let mut at = 0;
    loop {
        let (result, read) = decoder.decode_to_string_without_replacement(&bytes[at..], &mut text, true);
        at += read;
        match result {
            DecoderResult::InputEmpty => return text,
            DecoderResult::OutputFull => text.reserve(room(bytes.len() - at)),
            DecoderResult::Malformed(len, extra) => {
                bad.at(skip + at.saturating_sub(usize::from(len) + usize::from(extra)));
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
    }
}

#[cfg(test)]
mod tests;
