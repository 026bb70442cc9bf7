// 附上现在的位置: asked only at the touch of the button and only when its box is ticked; without an answer in
// a few seconds the form goes without a position.
(() => {
  document.querySelectorAll('form[data-here]').forEach((form) => {
    form.addEventListener('submit', (e) => {
      const box = form.elements.here;
      if (!box || !box.checked || form.dataset.asked || !navigator.geolocation) return;
      e.preventDefault();
      e.stopImmediatePropagation();
      form.dataset.asked = '1';
      const send = () => form.requestSubmit();
      navigator.geolocation.getCurrentPosition((at) => {
        form.elements.lng.value = at.coords.longitude.toFixed(6);
        form.elements.lat.value = at.coords.latitude.toFixed(6);
        send();
      }, send, { timeout: 4000, maximumAge: 60000 });
    });
  });
})();
