"""What happened, for people and for programs: JSON, JUnit, Allure, HTML dossier."""
