# One image for web, worker and beat; the command chooses.
FROM python:3.11-slim AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 ENVIRONMENT=production VAR_DIR=/var/lib/perennial DJANGO_SETTINGS_MODULE=crm.settings
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --disable-pip-version-check -r requirements.txt
COPY . .
RUN useradd --system --create-home --home-dir /var/lib/perennial perennial \
    && python tools/messages.py compile \
    && ENVIRONMENT=test STATIC_ROOT=/app/staticfiles python manage.py collectstatic --noinput --verbosity 0 \
    && chown -R perennial /var/lib/perennial
ENV STATIC_ROOT=/app/staticfiles
USER perennial
EXPOSE 8000
CMD ["gunicorn", "crm.wsgi:application", "--config", "deploy/gunicorn.py", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4"]
