//! Who the users are: names, statuses, dates, profiles and credentials by chance, and a dozen
//! people who are the same under every seed.

use super::fixtures;
use super::names;
use super::users::{Status, User};
use crate::id::id;
use crate::json::{Json, list, object};
use crate::random::Random;

/// How many users a generated org has.
const USERS: usize = 1_200;

const DAY: i64 = 86_400;
const QUESTION: &str = "Where did the first robot ship to?";

/// What is fixed about a user before the dice are thrown.
struct Person {
    first: &'static str,
    last: &'static str,
    login: String,
    status: Status,
    department: &'static str,
    title: &'static str,
}

/// The users in the order of their ids.
pub(super) fn generate(seed: u64, now: i64) -> Vec<User> {
    let mut ids = Random::stream(seed, "user type", 0);
    let type_id = id("oty", 1, &mut ids);
    let schema_id = id("osc", 1, &mut ids);
    let fixed = well_known();
    (0..USERS)
        .map(|index| {
            let mut random = Random::stream(seed, "user", index);
            let person = fixed
                .get(index)
                .map_or_else(|| anybody(index, &mut random), known);
            user(index, person, now, &type_id, &schema_id, &mut random)
        })
        .collect()
}

type Known = (
    &'static str,
    &'static str,
    &'static str,
    Status,
    &'static str,
);

fn well_known() -> [Known; 13] {
    use Status::*;
    [
        ("Mara", "Okonkwo", fixtures::ENGINEER, Active, "Engineering"),
        (
            "Teo",
            "Lindqvist",
            "teo.lindqvist@northwind.example.com",
            Provisioned,
            "Engineering",
        ),
        (
            "Ana",
            "Ferreira",
            "ana.ferreira@northwind.example.com",
            Staged,
            "People",
        ),
        (
            "Kofi",
            "Brandt",
            fixtures::SUSPENDED_USER,
            Suspended,
            "Sales",
        ),
        (
            "Lena",
            "Sato",
            fixtures::DEPROVISIONED_USER,
            Deprovisioned,
            "Finance",
        ),
        (
            "Idris",
            "Vale",
            "idris.vale@northwind.example.com",
            Active,
            "Engineering",
        ),
        (
            "Priya",
            "Raman",
            fixtures::LOCKED_OUT_USER,
            LockedOut,
            "Research",
        ),
        (
            "Jonas",
            "Weber",
            "jonas.weber@northwind.example.com",
            PasswordExpired,
            "Logistics",
        ),
        (
            "Noor",
            "Haddad",
            fixtures::USER_WITH_MANY_GROUPS,
            Active,
            "Operations",
        ),
        (
            "Sofia",
            "Marchetti",
            "sofia.marchetti@northwind.example.com",
            Recovery,
            "Legal",
        ),
        (
            "Alex",
            "Kim",
            "alex.kim@northwind.example.com",
            Active,
            "Support",
        ),
        (
            "Alex",
            "Kim",
            "alex.kim@labs.northwind.example.com",
            Active,
            "Research",
        ),
        (
            "Robot",
            "Seven",
            fixtures::LOGIN_WITH_SLASH,
            Active,
            "Logistics",
        ),
    ]
}

fn known(&(first, last, login, status, department): &Known) -> Person {
    let title = if department == "Engineering" {
        "Robotics Lead"
    } else {
        "Specialist"
    };
    Person {
        first,
        last,
        login: login.to_owned(),
        status,
        department,
        title,
    }
}

/// A user with a name, login, status and department by chance. Every 29th carries a hostile text
/// in one of four places.
fn anybody(index: usize, random: &mut Random) -> Person {
    let first = random.below(names::FIRST.len() as u64) as usize;
    let last = random.below(names::LAST.len() as u64) as usize;
    let entry = |table: &[&'static str], at: usize| table.get(at).copied().unwrap_or_default();
    let mut person = Person {
        first: entry(names::FIRST, first),
        last: entry(names::LAST, last),
        login: format!(
            "{}.{}{index}@northwind.example.com",
            entry(names::FIRST_ASCII, first),
            entry(names::LAST_ASCII, last),
        ),
        status: match random.below(100) {
            0..=3 => Status::Staged,
            4..=8 => Status::Provisioned,
            9..=15 => Status::Deprovisioned,
            16..=19 => Status::Suspended,
            20..=22 => Status::PasswordExpired,
            23..=24 => Status::LockedOut,
            25 => Status::Recovery,
            _ => Status::Active,
        },
        department: random.pick(names::DEPARTMENTS),
        title: random.pick(names::TITLES),
    };
    if index.is_multiple_of(29) {
        let turn = index / 29;
        let text = entry(names::HOSTILE, turn % names::HOSTILE.len().max(1));
        match turn % 4 {
            0 => person.first = text,
            1 => person.department = text,
            2 => person.last = text,
            _ => person.title = text,
        }
    }
    person
}

fn user(
    index: usize,
    person: Person,
    now: i64,
    type_id: &str,
    schema_id: &str,
    random: &mut Random,
) -> User {
    let user_id = id("00u", index, random);
    let status = person.status;
    let past =
        |random: &mut Random, since: i64| random.between(since, now.saturating_sub(1).max(since));
    let created = now - random.between(40 * DAY, 1_400 * DAY) - random.between(0, DAY);
    let activated = (status != Status::Staged).then(|| created + random.between(0, 3 * DAY));
    let signed_in = status.has_password() && random.chance(88);
    let changed = match status {
        Status::Staged => None,
        Status::Active | Status::Provisioned => activated,
        _ => Some(past(random, created + 4 * DAY)),
    };
    let last_login = signed_in.then(|| past(random, created + 4 * DAY));
    let password_changed = status
        .has_password()
        .then(|| past(random, created + 4 * DAY));
    let updated = [changed, password_changed]
        .into_iter()
        .flatten()
        .fold(past(random, created), i64::max);

    let object = object! {
        "id": user_id.clone(),
        "status": status.name(),
        "created": Json::Time(created),
        "activated": Json::time(activated),
        "statusChanged": Json::time(changed),
        "lastLogin": Json::time(last_login),
        "lastUpdated": Json::Time(updated),
        "passwordChanged": Json::time(password_changed),
        "type": object! { "id": type_id.to_owned() },
        "profile": profile(index, &person, random),
    };
    let credentials = credentials(index, status, &person.login, random);
    User {
        id: user_id,
        status,
        object,
        credentials,
        schema_id: schema_id.to_owned(),
        type_id: type_id.to_owned(),
    }
}

/// `login`, `email`, names, `mobilePhone` and `secondEmail` are always there, the two last ones as
/// null when unset; other attributes only when they have a value.
fn profile(index: usize, person: &Person, random: &mut Random) -> Json {
    let phone = (random.chance(45) || index == 0).then(|| {
        format!(
            "+1-555-{:03}-{:04}",
            random.below(1000),
            random.below(10_000)
        )
    });
    let (city, country) = random.pick(names::SITES);
    let mut profile = object! {
        "firstName": person.first,
        "lastName": person.last,
        "mobilePhone": phone,
        "secondEmail": (random.chance(10) && index > 12).then(|| format!("private{index}@mail.example.net")),
        "login": person.login.clone(),
        "email": person.login.clone(),
        "displayName": format!("{} {}", person.first, person.last),
        "title": person.title,
        "department": person.department,
        "employeeNumber": format!("{}", 4_711 + index * 3),
        "city": city,
        "countryCode": country,
        "badgeColour": random.pick(names::BADGE_COLOURS),
    };
    if random.chance(70) {
        profile.push("deskNumber", random.between(1, 900));
    }
    if random.chance(60) {
        profile.push("remote", random.chance(40));
    }
    if random.chance(55) {
        let mut skills: Vec<Json> = Vec::new();
        for _ in 0..random.between(1, 3) {
            let skill = Json::from(random.pick(names::SKILLS));
            if !skills.contains(&skill) {
                skills.push(skill);
            }
        }
        profile.push("skills", skills);
    }
    if random.chance(35) {
        profile.push(
            "manager",
            if person.department == "Engineering" {
                "Idris Vale"
            } else {
                "Noor Haddad"
            },
        );
    }
    if random.chance(30) {
        profile.push("costCenter", format!("CC-{}", random.between(100, 199)));
    }
    if index == 0 || random.chance(50) {
        profile.push(
            "userType",
            if random.chance(15) {
                "Contractor"
            } else {
                "Employee"
            },
        );
    }
    profile
}

fn credentials(index: usize, status: Status, login: &str, random: &mut Random) -> Json {
    let mut credentials = object! {};
    if status.has_password() {
        credentials.push("password", object! {});
        if random.chance(70) || index == 0 {
            credentials.push("recovery_question", object! { "question": QUESTION });
        }
    }
    if random.chance(8) {
        let email = object! { "value": login.to_owned(), "status": "VERIFIED", "type": "PRIMARY" };
        credentials.push("emails", list![email]);
    }
    let provider = match random.below(20) {
        0 | 1 => object! { "type": "ACTIVE_DIRECTORY", "name": "northwind.example.com" },
        2 => object! { "type": "FEDERATION", "name": "FEDERATION" },
        _ => object! { "type": "OKTA", "name": "OKTA" },
    };
    credentials.push("provider", provider);
    credentials
}
