/**
 * Notes which message is at the upper edge; what it returns puts that message there again, after
 * others have come in below it or above it. (Not every browser does so by itself.)
 */
export function hold(scroller: HTMLElement): () => void {
  const top = (item: Element) => item.getBoundingClientRect().top;
  const item = [...scroller.querySelectorAll("li.message")].find(
    (one) => one.getBoundingClientRect().bottom > top(scroller),
  );
  if (!item) return () => {};
  const before = top(item);
  return () => (scroller.scrollTop += top(item) - before);
}
