//! What types of pools there are, and the formats that each knows.
//!
//! Nothing is read here: a daemon says it.

use xml::{View, Writer};

use super::{PoolType, kinds};

/// The document that says which types of pools are served and what each can be of.
pub fn capabilities(is_served: impl Fn(PoolType) -> bool) -> String {
    let mut w = Writer::new(View::PLAIN);
    w.open("storagepoolCapabilities");
    for kind in PoolType::ALL {
        let row = kinds::of(*kind);
        w.open("pool");
        w.attribute("type", kind.word());
        w.attribute("supported", if is_served(*kind) { "yes" } else { "no" });
        w.paired();
        if !row.formats.is_empty() {
            let source = (row.format, row.formats);
            options(&mut w, "poolOptions", "sourceFormatType", source);
        }
        if let Some(volumes) = row.volumes {
            options(&mut w, "volOptions", "targetFormatType", volumes);
        }
        w.close("pool");
    }
    w.close("storagepoolCapabilities");
    w.finish()
}

/// The usual format, and all that there are.
fn options(w: &mut Writer, element: &str, list: &str, (usual, formats): (&str, &[&str])) {
    w.open(element);
    w.nest("defaultFormat", |w| w.attribute("type", usual));
    w.open("enum");
    w.attribute("name", list);
    w.paired();
    for format in formats {
        w.leaf("value", format);
    }
    w.close("enum");
    w.close(element);
}

#[cfg(test)]
mod tests {
    use super::{PoolType, capabilities};

    #[test]
    fn every_type_says_whether_it_is_served_and_what_it_can_be_of() {
        let document = capabilities(|kind| kind != PoolType::Rbd);
        let disk = "  <pool type='disk' supported='yes'>\n    <poolOptions>\n      \
                    <defaultFormat type='unknown'/>\n      <enum name='sourceFormatType'>\n        \
                    <value>unknown</value>\n";
        assert!(document.contains(disk), "{document}");
        let rbd = "  <pool type='rbd' supported='no'>\n    <volOptions>\n      <defaultFormat type='raw'/>\n      \
                   <enum name='targetFormatType'>\n      </enum>\n    </volOptions>\n  </pool>\n";
        assert!(document.contains(rbd), "{document}");
        assert!(
            document.contains("  <pool type='mpath' supported='yes'>\n  </pool>\n"),
            "{document}"
        );
        assert_eq!(document.matches("<pool ").count(), PoolType::ALL.len());
    }
}
