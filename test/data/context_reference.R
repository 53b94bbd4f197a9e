# Reference values of the tests context_*.sql and warehouse_context_region.sql,
# from caschools.csv and context_region.csv.  Base R only (made with R 4.2.2);
# run in the repository's top folder:
#
#     Rscript test/data/context_reference.R SECTION
#
# Sections print rows of SQL VALUES; section schools writes the file
# test/data/caschools_reference.csv, a line a school, section region the files
# context_region_fit.csv, a line a number, and context_region_reference.csv,
# a line a school.
options(digits = 17)
num <- function(x, digits = 17) ifelse(is.na(x), "NULL", sprintf("%.*g", digits, x))
rows <- function(...) {
    line <- paste0("    (", paste(..., sep = ", "), ")")
    cat(paste(line, collapse = ",\n"), "\n", sep = "")
}

write_csv <- function(frame, name)
    write.table(frame, file.path("test/data", name), sep = ",", quote = FALSE, row.names = FALSE)

# what the tests compare: the first component with the named indicator's loading
# positive, the least cost of k-means of many random starts, a school's
# expectation
first_component <- function(p, fixes_sign = 1) p$rotation[, 1] * sign(p$rotation[fixes_sign, 1])
least_cost <- function(v, k) kmeans(v, k, nstart = 500, iter.max = 100)$tot.withinss
expected <- function(m, level) {
    interval <- suppressWarnings(predict(m, interval = "prediction", level = level, weights = weights(m)))
    data.frame(fitted = fitted(m), low = interval[, "lwr"], high = interval[, "upr"], residual = residuals(m),
               leverage = hatvalues(m), standardised = rstandard(m), t = rstudent(m))
}

d <- read.csv("test/data/caschools.csv")
indicators <- c("calworks", "lunch", "english", "income", "expenditure")
x <- as.matrix(d[indicators])
d$score <- (d$read + d$math) / 2

section <- list(
    scale = function() {
        for (i in indicators) {
            v <- d[[i]]
            rows(paste0("'", i, "'"), num(mean(v)), num(sd(v)), num(min(v)), num(max(v)),
                 num(scale(v)[100]), num((rank(v)[100] - 0.5) / length(v)))
        }
    },
    # of the correlations, then of the covariances of the three percentages
    component = function() {
        for (p in list(prcomp(x, scale. = TRUE), prcomp(x[, 1:3]))) {
            l <- first_component(p)
            rows(paste0("'{", paste(num(p$center), collapse = ","), "}'"),
                 paste0("'{", paste(num(apply(x, 2, sd)[seq_along(l)]), collapse = ","), "}'"),
                 paste0("'{", paste(num(l), collapse = ","), "}'"),
                 num(p$sdev[1]^2), num(p$sdev[1]^2 / sum(p$sdev^2)), num(p$sdev[2]^2 / sum(p$sdev^2)))
        }
    },
    # least sums of squares of k-means over many random starts: of lunch, which
    # is one number, and of all indicators on the z scale
    clusters = function() {
        set.seed(6)
        z <- scale(x)
        rows(2:8, num(sapply(2:8, function(k) least_cost(d$lunch, k))), num(sapply(2:8, function(k) least_cost(z, k))))
    },
    # results on all indicators, with and without weights, and on one
    regression = function() {
        for (m in list(lm(d$score ~ x, weights = d$students), lm(d$score ~ x), lm(d$score ~ d$lunch, weights = d$students)))
            rows(length(coef(m)) - 1, if (is.null(weights(m))) "false" else "true", df.residual(m),
                 paste0("'{", paste(num(coef(m)), collapse = ","), "}'"),
                 paste0("'{", paste(num(sqrt(diag(vcov(m)))), collapse = ","), "}'"),
                 num(summary(m)$sigma), num(summary(m)$r.squared))
    },
    # scores of the first component, calworks positive; the weighted regression
    # of the results on all indicators, and its 90 % prediction intervals
    schools = function() {
        p <- prcomp(x, scale. = TRUE)
        m <- lm(d$score ~ x, weights = d$students)
        write_csv(data.frame(school = d$school, component = num(scale(x) %*% first_component(p)),
                             lapply(expected(m, 0.9), num)), "caschools_reference.csv")
    },
    # both shipped versions of the index of the made-up region, its groups, and
    # failures expected by it: by the index, by its three indicators
    region = function() {
        set.seed(6)
        r <- read.csv("test/data/context_region.csv")
        # levels; shares are counts "of" counts; -1 where more is worse
        sign <- c(remoteness = -1, economic_potential = 1, cultural_resources = 1, equipment = 1, staff_deficit = -1,
                  incomplete_families = -1, troubled_families = -1, low_income_families = -1, low_parent_education = -1,
                  behaviour_problems = -1, health_problems = -1, special_needs = -1, non_native_russian = -1,
                  both_parents_higher = 1, registered_pupils = -1)
        value <- sapply(r[names(sign)], function(v) sapply(strsplit(as.character(v), "/"), function(p) {
            p <- as.numeric(p)
            if (length(p) == 2) p[1] / p[2] else p
        }))
        z <- sweep(scale(value), 2, sign, "*")
        isbsh <- z[, c("both_parents_higher", "incomplete_families", "registered_pupils")]
        composite <- rowMeans(isbsh)
        index <- scale(composite)[, 1]
        p <- prcomp(z, scale. = TRUE)
        loading <- first_component(p, "both_parents_higher")
        share <- r$failed / r$participants
        known <- !is.na(share)
        w <- r$participants[known]
        by_index <- lm(share[known] ~ index[known], weights = w)
        by_indicators <- lm(share[known] ~ isbsh[known, ], weights = w)

        fit <- function(m, name) rbind(
            data.frame(quantity = paste0(name, "_coefficient"), place = seq_along(coef(m)), value = coef(m)),
            data.frame(quantity = paste0(name, "_standard_error"), place = seq_along(coef(m)), value = sqrt(diag(vcov(m)))),
            data.frame(quantity = paste0(name, c("_df", "_sigma", "_r2")), place = 1,
                       value = c(df.residual(m), summary(m)$sigma, summary(m)$r.squared)))
        one <- data.frame(quantity = c("composite_sd", "variance", "variance_share", "next_share",
                                       "cluster_cost", "correlation", "weighted_correlation"), place = 1,
                          value = c(sd(composite), p$sdev[1]^2, p$sdev[1:2]^2 / sum(p$sdev^2),
                                    least_cost(index, 5), cor(index, share, use = "complete.obs"),
                                    cov.wt(cbind(index, share)[known, ], w, cor = TRUE)$cor[1, 2]))
        each <- rbind(data.frame(quantity = "mean", place = seq_along(sign), value = colMeans(value)),
                      data.frame(quantity = "sd", place = seq_along(sign), value = apply(value, 2, sd)),
                      data.frame(quantity = "loading", place = seq_along(sign), value = loading))
        numbers <- rbind(each, one, fit(by_index, "index"), fit(by_indicators, "indicators"))
        numbers$value <- num(numbers$value)
        write_csv(numbers, "context_region_fit.csv")

        schools <- function(v) replace(rep(NA, nrow(r)), known, v)
        own <- expected(by_index, 0.95)[c("fitted", "low", "high", "residual", "leverage", "t")]
        write_csv(data.frame(school = r$school,
                             lapply(c(list(index = index, component = z %*% loading), lapply(own, schools),
                                      list(indicators_t = schools(rstudent(by_indicators)))), num, digits = 13)),
                  "context_region_reference.csv")
    }
)

section[[commandArgs(trailingOnly = TRUE)[1]]]()
