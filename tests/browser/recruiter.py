"""Steps of the recruiter: upload rejections, and answer a referral."""

from dataclasses import dataclass

from tests.browser.person import Person
from tests.browser.setup import KARIM

HEADER = (
    "kandidaat_id;voornaam;tussenvoegsel;achternaam;email;telefoon;taal;vacature_id;functie;afdeling;recruiter_email;"
    "gesolliciteerd_op;fase;afgewezen_op;verteld_op;verteld_via;reden_code;onderdeel;toelichting;sterk_punt_1;sterk_punt_2"
)
JOBS = {"V1": "Anesthesiemedewerker;OK en Anesthesie", "V2": "Medewerker planning;Poliklinieken"}


@dataclass(frozen=True)
class RejectedCandidate:
    """Candidate in the recruiter's CSV file, told on the Friday before the test begins."""

    first_name: str
    last_name: str
    vacancy: str = "V1"
    stage: str = "interview_1"
    language: str = "nl"
    email: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def address(self) -> str:
        return self.email or f"{self.first_name.lower()}@kandidaat.example"

    def as_line(self) -> str:
        return (
            f"{self.first_name};{self.first_name};;{self.last_name};{self.address};;{self.language};{self.vacancy};"
            f"{JOBS[self.vacancy]};{KARIM};2026-11-02;{self.stage};2026-11-19;2026-11-20;telefoon;"
            "diploma_missing;Diploma;Voor deze baan is een diploma nodig dat je nu nog niet hebt.;"
            "Je bleef rustig toen we doorvroegen;"
        )


SEVDA = RejectedCandidate("Sevda", "Aydin")
BRAM = RejectedCandidate("Bram", "de Vries", vacancy="V2")
LOTTE = RejectedCandidate("Lotte", "Smit", stage="letter")
BROKEN = RejectedCandidate("Piet", "Bakker", email="piet.kandidaat.example")


def upload(recruiter: Person, *people: RejectedCandidate) -> str:
    """Upload the CSV file and return the path of its preview."""
    content = "\r\n".join([HEADER, *(one.as_line() for one in people)]).encode("utf-8-sig")
    recruiter.go("/rejections/import/")
    file = {"name": "afgewezen.csv", "mimeType": "text/csv", "buffer": content}
    recruiter.page.locator("input[type=file]").set_input_files(file)
    recruiter.press("Look at the file")
    recruiter.is_on("What is in this file")
    return recruiter.path


def import_people(recruiter: Person, *people: RejectedCandidate) -> None:
    """Import the file. The last line is invalid: the preview says so, and only valid lines are imported."""
    upload(recruiter, *people)
    recruiter.reads(f"{len(people) + 1} · email")
    recruiter.sees("“{text}” is not an e-mail address.", replacing={"text": people[-1].address})
    recruiter.fill(which="good")
    recruiter.press("Import")
    recruiter.is_on("The file is imported")
    recruiter.reads(f"{recruiter.translate('New')} {len(people) - 1}")


def accept(recruiter: Person, *, name: str, introduction: str) -> None:
    recruiter.go("/referrals/")
    recruiter.reads(name)
    recruiter.reads(introduction)
    recruiter.press("I get in touch")
    recruiter.sees("The recruiter gets in touch")


def record_outcome(recruiter: Person, *, name: str) -> None:
    recruiter.go("/referrals/")
    recruiter.page.get_by_role("link", name=name).click()
    recruiter.fill(outcome="hired")
    recruiter.press("Save the outcome")
    recruiter.sees("Hired")
