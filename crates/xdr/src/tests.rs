use crate::{CharArray, Error, List, Opaque, from_bytes, to_bytes};

#[test]
fn strings_are_counted_and_padded() {
    let bytes = to_bytes(&"qemu".to_owned()).unwrap();
    assert_eq!(bytes, [0, 0, 0, 4, b'q', b'e', b'm', b'u']);
    let bytes = to_bytes(&"vda".to_owned()).unwrap();
    assert_eq!(bytes, [0, 0, 0, 3, b'v', b'd', b'a', 0]);
    assert_eq!(from_bytes::<String>(&bytes), Ok("vda".to_owned()));
}

#[test]
fn a_count_is_checked_before_anything_is_allocated() {
    let huge = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];
    assert_eq!(
        from_bytes::<List<u32, 16>>(&huge),
        Err(Error::TooLong { length: 0xffff_ffff, limit: 16 })
    );
    // Within the limit, yet nothing behind it.
    let claimed = [0, 1, 0, 0];
    assert_eq!(
        from_bytes::<List<u32, 65536>>(&claimed),
        Err(Error::Truncated { wanted: 4, left: 0 })
    );
}

#[test]
fn a_list_over_its_limit_is_not_sent() {
    let list = List::<u32, 2>(vec![1, 2, 3]);
    assert_eq!(to_bytes(&list), Err(Error::TooLong { length: 3, limit: 2 }));
}

#[test]
fn a_char_takes_four_bytes_and_opaque_is_packed() {
    assert_eq!(to_bytes(&CharArray::<2>::from_text("ab")).unwrap(), [0, 0, 0, b'a', 0, 0, 0, 0]);
    assert_eq!(to_bytes(&-1i8).unwrap(), [0xff; 4]);
    assert_eq!(to_bytes(&Opaque::<8>(vec![1, 2])).unwrap(), [0, 0, 0, 2, 1, 2, 0, 0]);
}

#[test]
fn the_empty_string_and_the_absent_one_differ() {
    assert_eq!(to_bytes(&Some(String::new())).unwrap(), [0, 0, 0, 1, 0, 0, 0, 0]);
    assert_eq!(to_bytes(&None::<String>).unwrap(), [0, 0, 0, 0]);
    assert_eq!(
        from_bytes::<Option<String>>(&[0, 0, 0, 2]),
        Err(Error::Unexpected { what: "optional mark", value: 2 })
    );
}

#[test]
fn strings_of_other_bytes_and_trailing_bytes_are_refused() {
    assert_eq!(from_bytes::<String>(&[0, 0, 0, 1, 0xff, 0, 0, 0]), Err(Error::InvalidString));
    assert_eq!(from_bytes::<String>(&[0, 0, 0, 1, 0, 0, 0, 0]), Err(Error::InvalidString));
    assert_eq!(from_bytes::<u32>(&[0; 6]), Err(Error::TrailingBytes { count: 2 }));
}

#[test]
fn what_is_skipped_is_what_would_be_decoded() {
    type Sample = List<Option<String>, 4>;
    let shape = <Sample as crate::Xdr>::SHAPE;
    let sample: Sample = List(vec![Some("vda".to_owned()), None, Some(String::new())]);
    let mut bytes = to_bytes(&sample).unwrap();
    let mut cut = crate::Reader::new(bytes.split_last().map_or(&[][..], |(_, rest)| rest));
    assert!(shape.skip(&mut cut).is_err());
    bytes.extend([1, 2, 3, 4]);
    let mut rest = crate::Reader::new(&bytes);
    shape.skip(&mut rest).unwrap();
    assert_eq!(rest.take_rest(), [1, 2, 3, 4]);
    let five = [0, 0, 0, 5, 0, 0, 0, 0];
    let over = Err(Error::TooLong { length: 5, limit: 4 });
    assert_eq!(shape.skip(&mut crate::Reader::new(&five)), over);
}
