//! XML, read event by event: no more of it is kept than the elements of one row. There are no document types, no
//! entities beyond the five and references to characters, and no more than [`MAX_DEPTH`] levels.

use std::io::BufRead;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::element::Element;
use super::walk::{MAX_DEPTH, Walk};

const NAMESPACE: &str = "http://hl7.org/fhir";

/// An element that is open.
struct Open {
    element: Element,
    is_resource: bool,
}

/// Reads one resource. The error says what is wrong at the position of the walk.
pub(super) fn read(source: impl BufRead, walk: &mut Walk<'_>) -> Result<(), String> {
    let mut reader = Reader::from_reader(source);
    let mut buffer = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    // Levels of an element that is passed over.
    let mut skipped = 0;
    let mut ended = false;
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer).map_err(|error| error.to_string())?;
        walk.position.value_ended();
        let (start, is_empty) = match event {
            Event::Start(start) => (start, false),
            Event::Empty(start) => (start, true),
            Event::End(_) if skipped > 0 => {
                skipped -= 1;
                continue;
            }
            Event::End(_) => {
                ended |= close(&mut open, walk)?;
                continue;
            }
            Event::DocType(_) => return Err("document types are not allowed in FHIR".to_owned()),
            Event::Eof if ended => return Ok(()),
            Event::Eof => return Err("the file ends inside a resource, or holds none".to_owned()),
            _ => continue,
        };
        if ended {
            return Err("a second resource follows the first".to_owned());
        }
        if open.len() + skipped >= MAX_DEPTH {
            return Err(format!("elements are nested more than {MAX_DEPTH} levels deep"));
        }
        if skipped > 0 {
            skipped += usize::from(!is_empty);
            continue;
        }
        let local = start.local_name();
        let name = local.as_ref();
        let holds_resource = open.last().is_none_or(|last| walk.holds_resource(last.element.name));
        if holds_resource {
            if open.is_empty() && !is_fhir(&start)? {
                return Err(format!("{name} is no element of FHIR"));
            }
            walk.begin(Some(name));
            open.push(Open { element: Element::new("resource"), is_resource: true });
        } else if let Some(name) = walk.wanted(name) {
            // A resource is announced by the element around it, which is not itself part of the way.
            if !walk.holds_resource(name) {
                walk.open(name);
            }
            open.push(Open { element: element(name, &start)?, is_resource: false });
        } else {
            skipped += usize::from(!is_empty);
            continue;
        }
        if is_empty {
            ended |= close(&mut open, walk)?;
        }
    }
}

/// Closes the innermost element; true if it was the outermost resource.
fn close(open: &mut Vec<Open>, walk: &mut Walk<'_>) -> Result<bool, String> {
    let Some(Open { element, is_resource }) = open.pop() else { return Ok(false) };
    if is_resource {
        walk.end(&element);
    } else if let Some(above) = open.last_mut()
        && !walk.holds_resource(element.name)
    {
        walk.close(element, &mut above.element.children)?;
    }
    Ok(open.is_empty())
}

/// The element with what its attributes say.
fn element(name: &'static str, start: &BytesStart<'_>) -> Result<Element, String> {
    let mut element = Element::new(name);
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let target = match attribute.key.as_ref() {
            "value" => &mut element.value,
            "url" => {
                element.children.push(Element::new("url"));
                match element.children.last_mut() {
                    Some(url) => &mut url.value,
                    None => continue,
                }
            }
            _ => continue,
        };
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
        *target = Some(value.into_owned());
    }
    Ok(element)
}

/// Whether the outermost element is declared to be of FHIR.
fn is_fhir(start: &BytesStart<'_>) -> Result<bool, String> {
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| error.to_string())?;
        if attribute.key.as_ref().starts_with("xmlns") && attribute.value.as_ref() == NAMESPACE {
            return Ok(true);
        }
    }
    Ok(false)
}
