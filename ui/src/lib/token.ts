// The token that lets this page talk to the core: it comes in the address's fragment, which no
// request carries, and stays in this tab.

const KEY = "bcm.token";

/** Takes the token out of the address bar, or finds the one this tab already had. */
export function takeToken(page: Pick<Window, "location" | "history" | "sessionStorage">): string {
  const found = /^#token=([A-Za-z0-9_.~-]+)$/.exec(page.location.hash)?.[1];
  if (!found) return page.sessionStorage.getItem(KEY) ?? "";
  page.sessionStorage.setItem(KEY, found);
  page.history.replaceState(null, "", page.location.pathname + page.location.search);
  return found;
}
