"""Data migration of models that had a column per language: label_nl and label_en."""

from django.db.migrations import RunPython


def copy_labels(app_label, model_name):
    """Copy the columns to the table of translations; backwards, copy Dutch and English to the columns again.

    Backwards a missing text is taken from another language, as the columns may not be empty; labels in a third
    language are lost.
    """

    def models(apps):
        content_type = apps.get_model("contenttypes", "ContentType")
        return apps.get_model(app_label, model_name), apps.get_model("organisation", "Translation"), content_type

    def forwards(apps, schema_editor):
        model, translation, content_type = models(apps)
        alias = schema_editor.connection.alias
        # The table of content types is filled after migrate, so on an empty database this one does not exist yet.
        kind, _created = content_type.objects.using(alias).get_or_create(app_label=app_label, model=model_name)
        translation.objects.using(alias).bulk_create(
            translation(content_type=kind, object_id=one.pk, language=language, text=text)
            for one in model.objects.using(alias).order_by("pk")
            for language, text in (("nl", one.label_nl), ("en", one.label_en))
            if text
        )

    def backwards(apps, schema_editor):
        model, translation, content_type = models(apps)
        alias = schema_editor.connection.alias
        kind = content_type.objects.using(alias).filter(app_label=app_label, model=model_name)
        labels = translation.objects.using(alias).filter(content_type__in=kind)
        for one in model.objects.using(alias):
            texts = dict(labels.filter(object_id=one.pk).values_list("language", "text"))
            first = next(iter(texts.values()), one.code)
            one.label_nl, one.label_en = texts.get("nl", first), texts.get("en", first)
            one.save(update_fields=["label_nl", "label_en"])
        labels.delete()

    return RunPython(forwards, backwards)
