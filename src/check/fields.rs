//! Rules about fields as a whole: how many codes, how long, and the codes beside the diagnoses.

use super::encounter::Role;
use super::rule::{Rule, Severity};
use super::run::{Message, Run};
use crate::Result;
use crate::code::{CodeShape, Mark};
use crate::concept::Lookup;

/// What the claim format allows in a field.
struct Limit {
    role: Role,
    codes: Option<usize>,
    /// Of one code, or of the whole field.
    characters: usize,
    of_each_code: bool,
}

const LIMITS: [Limit; 3] = [
    Limit { role: Role::Main, codes: Some(1), characters: 7, of_each_code: true },
    Limit { role: Role::Secondary, codes: Some(12), characters: 100, of_each_code: false },
    Limit { role: Role::Traditional, codes: None, characters: 255, of_each_code: false },
];

/// The kinds of visit are numbered from 01 to this.
const VISIT_TYPES: u8 = 16;

impl Run<'_> {
    pub(super) fn about_fields(&mut self) {
        for limit in LIMITS {
            self.too_many(&limit);
            if limit.of_each_code {
                let codes = std::mem::take(&mut self.codes);
                // A code of another system is told as such; how long it is tells nothing more.
                for coded in codes.iter().filter(|coded| coded.role == limit.role && !coded.is_foreign()) {
                    if let Some((rule, message)) = too_long(&limit, coded.item.text) {
                        self.add(rule, coded, message, Vec::new());
                    }
                }
                self.codes = codes;
            } else if let Some((rule, message)) =
                self.encounter.field(limit.role).and_then(|text| too_long(&limit, text))
            {
                self.add_to_field(rule, limit.role, message);
            }
        }
        self.visit_type();
    }

    fn too_many(&mut self, limit: &Limit) {
        let Some(most) = limit.codes else { return };
        let codes = std::mem::take(&mut self.codes);
        for coded in codes.iter().filter(|coded| coded.role == limit.role && coded.position > most) {
            let field = limit.role.field();
            let message = Message::new(
                format!("{field} chỉ được có tối đa {most} mã; đây là mã thứ {}.", coded.position),
                format!("{field} takes at most {most} codes; this is number {}.", coded.position),
            );
            self.add(Rule::TooManyCodes, coded, message, Vec::new());
        }
        self.codes = codes;
    }

    fn visit_type(&mut self) {
        let Some(setting) = self.encounter.setting.as_deref() else { return };
        let number = setting.parse::<u8>().ok().filter(|_| setting.bytes().all(|byte| byte.is_ascii_digit()));
        let is_written_right = setting.len() == 2 && number.is_some();
        if is_written_right && number.is_some_and(|number| (1..=VISIT_TYPES).contains(&number)) {
            return;
        }
        let (severity, vi, en) = if is_written_right {
            (Some(Severity::Unknown), "không có trong danh mục đã biết", "is not among the codes that are known")
        } else {
            (None, "phải là chuỗi hai chữ số, từ 01 đến 16", "must be a text of two digits, 01 to 16")
        };
        let meant = setting.trim().parse::<u8>().ok().filter(|number| (1..=VISIT_TYPES).contains(number));
        let suggest = meant.filter(|_| !is_written_right).map(|number| format!("{number:02}")).into_iter().collect();
        let message = Message::new(format!("MA_LOAI_KCB {setting:?} {vi}."), format!("MA_LOAI_KCB {setting:?} {en}."));
        self.add_to_encounter(Rule::VisitType, severity, Some(setting), message, suggest);
    }

    /// The service that the diagnoses stand for must not be a diagnosis itself, and be listed.
    pub(super) fn about_service(&mut self) -> Result<()> {
        let Some(written) = self.encounter.service.as_deref() else { return Ok(()) };
        let code = written.trim();
        if code != written {
            let message = Message::new(
                format!("Mã dịch vụ {written:?} có khoảng trắng thừa; đã đọc là {code}."),
                format!("The service code {written:?} has stray white space; it was read as {code}."),
            );
            self.add_to_encounter(Rule::RepairedCode, None, Some(written), message, vec![code.to_owned()]);
        }
        if matches!(CodeShape::of(code), Some(CodeShape::Icd10 | CodeShape::TraditionalMedicine)) {
            let message = Message::new(
                format!("{code} là mã bệnh, không phải mã dịch vụ."),
                format!("{code} is a code of a disease, not of a service."),
            );
            self.add_to_encounter(Rule::WrongSystem, None, Some(written), message, Vec::new());
            return Ok(());
        }
        let day = self.day();
        let terminology = self.checker.terminology();
        let dated = day.map(|day| terminology.as_of(day));
        let terminology = dated.as_ref().unwrap_or(terminology);
        let name = &self.checker.settings.services;
        // An ending (`_GT`, local anaesthesia) is the claim's, not the list's.
        let bare = code.split_once('_').map_or(code, |(bare, _)| bare);
        let is_listed = match terminology.lookup(name, code)? {
            Lookup::NotLoaded => None,
            found => Some(found.concept().is_some() || terminology.lookup(name, bare)?.concept().is_some()),
        };
        let message = match is_listed {
            Some(true) => return Ok(()),
            Some(false) => Message::new(
                format!("Danh mục dịch vụ đang nạp không có mã {code}; không kết luận được."),
                format!("The loaded list of services does not have {code}; nothing can be said of it."),
            ),
            None => Message::new(
                format!("Chưa nạp danh mục dịch vụ; không kiểm tra được mã {code}."),
                format!("No list of services is loaded; {code} could not be checked."),
            ),
        };
        self.add_to_encounter(Rule::ListNotLoaded, None, Some(written), message, Vec::new());
        Ok(())
    }
}

/// Compares a text with the characters that its field takes.
fn too_long(limit: &Limit, text: &str) -> Option<(Rule, Message)> {
    let (field, most) = (limit.role.field(), limit.characters);
    let (characters, bytes) = (text.chars().count(), text.len());
    if characters > most {
        let message = Message::new(
            format!("{field} chỉ được có tối đa {most} ký tự; ở đây có {characters}."),
            format!("{field} takes at most {most} characters; here are {characters}."),
        );
        Some((Rule::FieldTooLong, message))
    } else if bytes > most && text.contains(Mark::Dagger.as_str()) {
        let message = Message::new(
            format!("{field} có {characters} ký tự nhưng {bytes} byte; nếu nơi nhận đếm byte thì vượt quá {most}."),
            format!(
                "{field} has {characters} characters but {bytes} bytes: above {most} for a receiver that counts bytes."
            ),
        );
        Some((Rule::FieldBytes, message))
    } else {
        None
    }
}
