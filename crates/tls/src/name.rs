//! Distinguished names as GnuTLS prints them, which is what lists of allowed names are written for:
//! in the order of the certificate, without spaces, `C=XX,O=Facts,CN=client1`.

use std::fmt::Write;

use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::asn1::{BmpString, Ia5StringRef, PrintableStringRef, Utf8StringRef};
use x509_cert::der::{Decode, Encode, Tag, Tagged};
use x509_cert::name::Name;

/// Types that GnuTLS calls by a name and whose values are text.
const TEXTS: [(&str, &str); 29] = [
    ("2.5.4.3", "CN"),
    ("2.5.4.4", "surName"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "street"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.12", "title"),
    ("2.5.4.13", "description"),
    ("2.5.4.15", "businessCategory"),
    ("2.5.4.17", "postalCode"),
    ("2.5.4.41", "name"),
    ("2.5.4.42", "givenName"),
    ("2.5.4.43", "initials"),
    ("2.5.4.44", "generationQualifier"),
    ("2.5.4.46", "dnQualifier"),
    ("2.5.4.65", "pseudonym"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "EMAIL"),
    ("1.3.6.1.4.1.311.60.2.1.1", "jurisdictionOfIncorporationLocalityName"),
    ("1.3.6.1.4.1.311.60.2.1.2", "jurisdictionOfIncorporationStateOrProvinceName"),
    ("1.3.6.1.4.1.311.60.2.1.3", "jurisdictionOfIncorporationCountryName"),
    ("1.3.6.1.5.5.7.9.2", "placeOfBirth"),
    ("1.3.6.1.5.5.7.9.3", "gender"),
    ("1.3.6.1.5.5.7.9.4", "countryOfCitizenship"),
    ("1.3.6.1.5.5.7.9.5", "countryOfResidence"),
];

/// The text of a DER-encoded name; none if it is no name.
pub fn distinguished_name(der: &[u8]) -> Option<String> {
    Name::from_der(der).ok().map(|name| print(&name))
}

/// The text of a name.
pub(crate) fn print(name: &Name) -> String {
    let mut text = String::new();
    for part in name.iter_rdn() {
        for (index, attribute) in part.iter().enumerate() {
            let separator = if index == 0 { "," } else { "+" };
            if !text.is_empty() {
                text.push_str(separator);
            }
            print_attribute(&mut text, attribute);
        }
    }
    text
}

/// The text of one attribute of a name.
pub(crate) fn print_one(attribute: &AttributeTypeAndValue) -> String {
    let mut text = String::new();
    print_attribute(&mut text, attribute);
    text
}

fn print_attribute(text: &mut String, attribute: &AttributeTypeAndValue) {
    let oid = attribute.oid.to_string();
    let known = TEXTS.iter().find(|(number, _)| *number == oid);
    text.push_str(known.map_or(oid.as_str(), |(_, name)| name));
    text.push('=');
    match known.and_then(|_| value(attribute)) {
        Some(value) => escape(text, &value),
        None => {
            text.push('#');
            let der = attribute.value.to_der().unwrap_or_default();
            // A String takes all that is written to it.
            der.iter().for_each(|byte| _ = write!(text, "{byte:02x}"));
        }
    }
}

fn value(attribute: &AttributeTypeAndValue) -> Option<String> {
    let any = &attribute.value;
    match any.tag() {
        Tag::Utf8String => Some(any.decode_as::<Utf8StringRef<'_>>().ok()?.as_str().to_owned()),
        Tag::PrintableString => {
            Some(any.decode_as::<PrintableStringRef<'_>>().ok()?.as_str().to_owned())
        }
        Tag::Ia5String => Some(any.decode_as::<Ia5StringRef<'_>>().ok()?.as_str().to_owned()),
        Tag::BmpString => Some(any.decode_as::<BmpString>().ok()?.to_string()),
        Tag::TeletexString => {
            String::from_utf8(any.value().to_vec()).ok().filter(|text| text.is_ascii())
        }
        _ => None,
    }
}

/// What separates parts of a name is escaped inside of one, and what no line of a log may hold
/// (RFC 4514, section 2.4).
fn escape(text: &mut String, value: &str) {
    let last = value.chars().count().saturating_sub(1);
    for (index, letter) in value.chars().enumerate() {
        match letter {
            ',' | '+' | '"' | '\\' | '<' | '>' | ';' => text.push('\\'),
            '#' if index == 0 => text.push('\\'),
            ' ' if index == 0 || index == last => text.push('\\'),
            letter if letter.is_control() => {
                for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                    text.push_str(&format!("\\{byte:02X}"));
                }
                continue;
            }
            _ => {}
        }
        text.push(letter);
    }
}

#[cfg(test)]
mod tests {
    use super::distinguished_name;

    /// Type as DER, tag, value.
    type Attribute<'a> = (&'a [u8], u8, &'a str);

    /// A name of these parts.
    fn name(parts: &[Vec<Attribute<'_>>]) -> Vec<u8> {
        let wrap = |tag: u8, bytes: Vec<u8>| {
            let mut out = vec![tag, u8::try_from(bytes.len()).unwrap()];
            out.extend(bytes);
            out
        };
        let attribute = |(oid, tag, value): &Attribute<'_>| {
            wrap(0x30, [wrap(6, oid.to_vec()), wrap(*tag, value.as_bytes().to_vec())].concat())
        };
        let part =
            |part: &Vec<Attribute<'_>>| wrap(0x31, part.iter().flat_map(attribute).collect());
        wrap(0x30, parts.iter().flat_map(part).collect())
    }

    const C: &[u8] = &[0x55, 4, 6];
    const O: &[u8] = &[0x55, 4, 10];
    const OU: &[u8] = &[0x55, 4, 11];
    const CN: &[u8] = &[0x55, 4, 3];
    const UNIQUE: &[u8] = &[0x55, 4, 45];
    const EMAIL: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1];
    const UTF8: u8 = 12;
    const PRINTABLE: u8 = 19;
    const IA5: u8 = 22;

    fn text(parts: &[Vec<Attribute<'_>>]) -> String {
        distinguished_name(&name(parts)).unwrap()
    }

    // What GnuTLS 3.7 prints for certificates with the same names.

    #[test]
    fn the_order_is_that_of_the_certificate() {
        let parts = [
            vec![(C, PRINTABLE, "XX")],
            vec![(O, UTF8, "Facts")],
            vec![(CN, UTF8, "client1")],
            vec![(EMAIL, IA5, "a@b")],
        ];
        assert_eq!(text(&parts), "C=XX,O=Facts,CN=client1,EMAIL=a@b");
    }

    #[test]
    fn separators_inside_of_values_are_escaped() {
        let parts = [vec![(O, UTF8, r#"a,b+c"d\e<f>g;h=i"#)], vec![(CN, UTF8, "#x")]];
        assert_eq!(text(&parts), r#"O=a\,b\+c\"d\\e\<f\>g\;h=i,CN=\#x"#);
        assert_eq!(text(&[vec![(CN, UTF8, " lead ")]]), r"CN=\ lead\ ");
        assert_eq!(text(&[vec![(CN, UTF8, "  a")]]), r"CN=\  a");
        assert_eq!(text(&[vec![(CN, UTF8, "x#y = z")]]), "CN=x#y = z");
    }

    #[test]
    fn parts_may_have_several_attributes_and_unknown_ones_are_hexadecimal() {
        let parts = [vec![(O, UTF8, "O"), (OU, UTF8, "U")], vec![(CN, UTF8, "ä")]];
        assert_eq!(text(&parts), "O=O+OU=U,CN=ä");
        assert_eq!(text(&[vec![(UNIQUE, UTF8, "z")]]), "2.5.4.45=#0c017a");
        assert_eq!(text(&[vec![(CN, 4, "z")]]), "CN=#04017a", "an octet string is no text");
    }

    #[test]
    fn a_name_that_hides_a_zero_byte_does_not_look_like_another() {
        assert_eq!(text(&[vec![(CN, UTF8, "good\0.evil")]]), r"CN=good\00.evil");
    }

    #[test]
    fn control_characters_are_hexadecimal() {
        let name = "a\n\u{1}\u{85}b";
        assert_eq!(text(&[vec![(CN, UTF8, name)]]), r"CN=a\0A\01\C2\85b");
    }

    #[test]
    fn what_is_no_name_has_no_text() {
        assert_eq!(distinguished_name(b"CN=x"), None);
        assert_eq!(distinguished_name(&[0x30, 0x82, 0xff, 0xff]), None);
        assert_eq!(distinguished_name(&[0x30, 0]).as_deref(), Some(""));
    }
}
