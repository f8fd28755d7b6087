//! Security labels: who chooses them, and which of them say anything.

use crate::domain::security::{LabelType, SecurityLabel};
use crate::{Error, YesNo};

/// Completes the labels of a guest.
///
/// # Errors
/// A label that is not for a certain model, where one must be.
pub(super) fn complete(labels: &mut Vec<SecurityLabel>) -> Result<(), Error> {
    let several = labels.len() > 1;
    for label in labels.iter() {
        let needs = matches!(label.kind, None | Some(LabelType::Static))
            || label.kind == Some(LabelType::Dynamic) && label.baselabel.is_some();
        if label.model.is_none() && (needs || several) {
            return Err(Error::xml(if several {
                "missing security model when using multiple labels"
            } else {
                "missing security model in domain seclabel"
            }));
        }
    }
    labels.retain(|label| label.kind.is_some());
    labels.iter_mut().for_each(complete_label);
    Ok(())
}

fn complete_label(label: &mut SecurityLabel) {
    if label.model.is_none() && label.kind == Some(LabelType::None) {
        label.model = Some("none".into());
    }
    if label.model.is_none() {
        // No model confines our guests by itself.
        label.kind = Some(LabelType::None);
        label.model = Some("none".into());
        (label.relabel, label.label, label.baselabel) = (None, None, None);
    }
    match label.kind {
        Some(LabelType::Dynamic) => {
            label.relabel.get_or_insert(YesNo::Yes);
            label.label = None;
        }
        Some(LabelType::Static) => {
            label.relabel.get_or_insert(YesNo::No);
        }
        Some(LabelType::None) => label.relabel = label.relabel.filter(|re| *re == YesNo::Yes),
        None => {}
    }
}
