// Language and theme: chosen by the person, else by the system; kept in this browser or window.

import { speak, spokenOf, tag, type Language } from "./i18n/index.svelte";

/** What can be chosen as the language. */
export type LanguageChoice = "system" | Language;
/** What can be chosen as the theme. */
export type ThemeChoice = "system" | "light" | "dark";

const LANGUAGE = "bcm.language";
const THEME = "bcm.theme";

/** The choices, and how the document follows them. */
export class Preferences {
  language = $state<LanguageChoice>("system");
  theme = $state<ThemeChoice>("system");
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");

  constructor() {
    const language = localStorage.getItem(LANGUAGE);
    const theme = localStorage.getItem(THEME);
    if (language === "en" || language === "zh") this.language = language;
    if (theme === "light" || theme === "dark") this.theme = theme;
    this.#apply();
    this.#dark.addEventListener("change", () => this.#apply());
    addEventListener("languagechange", () => this.#apply());
  }

  chooseLanguage(choice: LanguageChoice): void {
    this.language = choice;
    keep(LANGUAGE, choice);
    this.#apply();
  }

  chooseTheme(choice: ThemeChoice): void {
    this.theme = choice;
    keep(THEME, choice);
    this.#apply();
  }

  #apply(): void {
    const { languages } = navigator;
    speak(this.language === "system" ? spokenOf(languages, "en") : this.language, languages);
    const system = this.#dark.matches ? "dark" : "light";
    const root = document.documentElement;
    root.lang = tag();
    root.dataset.theme = this.theme === "system" ? system : this.theme;
  }
}

function keep(key: string, choice: string): void {
  if (choice === "system") localStorage.removeItem(key);
  else localStorage.setItem(key, choice);
}
