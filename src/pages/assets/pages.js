// Comfort only: every page works without it. At most 4 kB.
const { show, hide } = document.body.dataset;

// An error is read aloud, and the keyboard starts there.
document.querySelector('.alert.error')?.focus();

// Show a password.
for (const input of document.querySelectorAll('input[type=password]')) {
  const button = document.createElement('button');
  const box = document.createElement('div');
  box.className = 'with-button';
  button.type = 'button';
  button.setAttribute('aria-controls', input.id);
  const render = (visible) => {
    input.type = visible ? 'text' : 'password';
    button.textContent = visible ? hide : show;
  };
  button.addEventListener('click', () => render(input.type === 'password'));
  // A visible password would be kept as the text of a form.
  input.form?.addEventListener('submit', () => render(false));
  render(false);
  const { activeElement } = document;
  input.replaceWith(box);
  box.append(input, button);
  if (activeElement === input) input.focus();
}

// Mark the rules that a new password meets.
for (const rules of document.querySelectorAll('[data-rules-of]')) {
  const input = document.getElementById(rules.dataset.rulesOf);
  const items = [...rules.querySelectorAll('[data-pattern]')];
  input?.addEventListener('input', () => {
    for (const item of items) {
      item.classList.toggle('met', new RegExp(item.dataset.pattern, 'u').test(input.value));
    }
  });
}

// Send a form once.
for (const form of document.forms) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = 'true';
    event.submitter?.setAttribute('aria-busy', 'true');
    // The request may have been stopped.
    setTimeout(() => {
      delete form.dataset.sent;
      event.submitter?.removeAttribute('aria-busy');
    }, 10_000);
  });
}
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload();
});

// Count the seconds of a rate limit down.
for (const line of document.querySelectorAll('[data-countdown]')) {
  const until = Date.now() + line.dataset.countdown * 1000;
  const timer = setInterval(() => {
    const seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    line.textContent =
      seconds > 90
        ? line.dataset.longText.replace('{minutes}', Math.ceil(seconds / 60))
        : line.dataset.text.replace('{seconds}', seconds);
    if (seconds === 0) clearInterval(timer);
  }, 1000);
}
