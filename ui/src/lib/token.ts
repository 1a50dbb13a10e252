// The token that lets this page talk to the core: it comes in the address's fragment, which no
// request carries, and stays in this tab.

const KEY = "bcm.token";

const LINK = /^#token=([A-Za-z0-9_.~-]+)$/;

/** Begins anew when a link with a token is opened in this tab: that alone would load nothing. */
export function followLinks(page: Pick<Window, "location" | "addEventListener">): void {
  page.addEventListener("hashchange", () => {
    if (LINK.test(page.location.hash)) page.location.reload();
  });
}

/** Takes the token out of the address bar, or finds the one this tab already had. */
export function takeToken(page: Pick<Window, "location" | "history" | "sessionStorage">): string {
  const found = LINK.exec(page.location.hash)?.[1];
  if (!found) return page.sessionStorage.getItem(KEY) ?? "";
  page.sessionStorage.setItem(KEY, found);
  page.history.replaceState(null, "", page.location.pathname + page.location.search);
  return found;
}
