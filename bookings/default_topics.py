"""Topics that every installation starts with; migration 0002 creates them."""

# code, Dutch, English
TOPICS = (
    ("reason", "Waarom ik het niet geworden ben", "Why I was not chosen"),
    ("cv", "Mijn cv", "My CV"),
    ("letter", "Mijn brief", "My letter"),
    ("profile", "Mijn online profiel", "My online profile"),
    ("interview", "Mijn sollicitatiegesprek", "My interview"),
    ("training", "Een opleiding, cursus of certificaat", "Training or a certificate"),
    ("direction", "Welke richting bij mij past", "Which direction fits me"),
    ("other_jobs", "Een andere functie bij jullie", "Another job with you"),
    ("confidence", "Hoe ik de moed erin houd", "How to keep going"),
)
