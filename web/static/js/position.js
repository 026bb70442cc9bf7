// 我已到现场 on the form of a finding: the position is asked only at its touch, and is optional.
(() => {
  const form = document.querySelector('form[data-outbox]');
  const here = form && form.querySelector('[data-here]');
  if (!here || !navigator.geolocation) return;
  const said = form.querySelector('[data-here-said]');
  here.hidden = false;
  here.addEventListener('click', () => {
    navigator.geolocation.getCurrentPosition((at) => {
      form.elements.lng.value = at.coords.longitude.toFixed(6);
      form.elements.lat.value = at.coords.latitude.toFixed(6);
      said.textContent = '已附上现在的位置';
    }, () => { said.textContent = '没有取到位置，不影响上报'; }, { timeout: 4000, maximumAge: 60000 });
  });
})();
