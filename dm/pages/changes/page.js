"use strict";
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const head = button.closest("th");
    const place = [...head.parentNode.children].indexOf(head);
    const down = head.getAttribute("aria-sort") !== "descending";
    for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = head.closest("table").tBodies[0];
    const of = row => row.children[place].dataset.value ?? row.children[place].textContent;
    const order = (one, other) => {
      const [a, b] = [of(one), of(other)];
      const numbers = [Number(a), Number(b)];
      return numbers.some(Number.isNaN) ? a.localeCompare(b) : numbers[0] - numbers[1];
    };
    body.replaceChildren(...[...body.rows].sort((a, b) => (down ? order(b, a) : order(a, b))));
  });
}
